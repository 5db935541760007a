#pragma once

#include <map>
#include <string>

namespace lehr {

/// The environment of a training: "lehr" (version), "processor", "cores", "threads", "memory", "system",
/// "host".
std::map<std::string, std::string> environment();

}  // namespace lehr
