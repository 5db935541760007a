#pragma once

#include <map>
#include <string>

namespace lehr {

/// What a training ran on: "lehr" (version), "processor", "cores", "threads", "memory", "system", "host".
std::map<std::string, std::string> environment();

}  // namespace lehr
