#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_table.hpp"

namespace lehr::run {

/// The field of a key in a file. Null if there is no such field or files may not set it.
const ConfigField* file_field(const ConfigTable& table, std::string_view key);
/// The keys that a file may contain.
std::vector<std::string> file_keys(const ConfigTable& table);
/// Whether the value may be a list.
bool takes_list(const ConfigField& field);

}  // namespace lehr::run
