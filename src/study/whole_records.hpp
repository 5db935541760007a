#pragma once

#include <filesystem>
#include <string>

#include "lehr/store/run_store.hpp"

namespace lehr::study {

/// Whether a run can be resumed from its newest checkpoint without a gap in its records. It cannot if it
/// has no checkpoint, or if the store took no more records at some point before it, as on a full disk.
bool can_go_on(const store::RunStore& runs, const std::string& id, const std::filesystem::path& folder);

}  // namespace lehr::study
