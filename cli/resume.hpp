#pragma once

#include <filesystem>
#include <string>

namespace lehr::cli {

/// Returns what --resume means: the folder of a run that can be resumed, or one of its checkpoints.
/// `given` is a checkpoint or any name of a run (run_names.hpp). Throws BadInput if there is none.
std::filesystem::path place_to_resume(const std::string& given, const std::filesystem::path& runs);

}  // namespace lehr::cli
