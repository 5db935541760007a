#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "run_names.hpp"

namespace lehr::cli {

/// The runs of a study in a folder of runs, by variant and then by seed. Of a run that was begun again, the
/// last one. Throws BadInput if there is none.
std::vector<NamedRun> runs_of_study(const std::string& study, const std::filesystem::path& runs);

}  // namespace lehr::cli
