#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "lehr/data/info.hpp"

namespace lehr::cli {

/// What `lehr data info` prints. At most `most` classes, unreadable pictures and groups of copies are listed.
std::string as_text(const data::DataInfo& info, std::size_t most);
/// The object of `lehr data info --json`; docs/command-line.md describes it.
nlohmann::ordered_json as_json(const data::DataInfo& info);

}  // namespace lehr::cli
