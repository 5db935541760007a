#pragma once

#include <filesystem>
#include <string>

#include "lehr/store/run_store.hpp"

namespace lehr::cli {

/// The run store of a folder of runs.
std::filesystem::path store_in(const std::filesystem::path& runs);

/// A run by its whole name, the beginning of one, its folder, or "latest". Throws BadInput where there is no
/// such run or several.
store::RunInfo find_stored_run(const store::RunStore& store, const std::string& given);

}  // namespace lehr::cli
