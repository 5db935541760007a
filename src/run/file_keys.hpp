#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/run/config_table.hpp"

namespace lehr::run {

/// The field that a key of a file means; null if a file may not set it, or there is none.
const ConfigField* file_field(const ConfigTable& table, std::string_view key);
/// The keys that a file may hold.
std::vector<std::string> file_keys(const ConfigTable& table);
/// Whether a list may stand for the value.
bool takes_list(const ConfigField& field);

}  // namespace lehr::run
