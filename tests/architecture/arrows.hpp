#pragma once

#include <map>
#include <set>
#include <string>

namespace lehr::test {

using Names = std::set<std::string>;

/// The modules that each module may use, as in ARCHITECTURE.md.
const std::map<std::string, Names>& allowed_modules();

}  // namespace lehr::test
