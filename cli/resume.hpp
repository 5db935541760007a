#pragma once

#include <filesystem>
#include <string>

namespace lehr::cli {

/// A run on disk, and the checkpoint to go on from.
struct FoundRun {
  std::filesystem::path folder;
  std::filesystem::path checkpoint;  ///< empty if the run was interrupted before its first one
};

/// The folder of a run that can be resumed, or one of its checkpoints, by what --resume was given: a
/// checkpoint, or any name of a run (run_names.hpp). Throws BadInput if there is none.
std::filesystem::path place_to_resume(const std::string& given, const std::filesystem::path& runs);

/// The run at a place that place_to_resume() gave, with that checkpoint or its newest one.
FoundRun run_to_resume(const std::filesystem::path& place);

}  // namespace lehr::cli
