#pragma once

#include <map>
#include <set>
#include <string>

namespace lehr::test {

using Names = std::set<std::string>;

/// The arrows of ARCHITECTURE.md: the modules that each module may use.
const std::map<std::string, Names>& allowed_modules();

}  // namespace lehr::test
