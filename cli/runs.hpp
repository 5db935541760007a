#pragma once

#include <filesystem>
#include <string>

namespace lehr::cli {

/// A run on disk, and the checkpoint to go on from.
struct FoundRun {
  std::filesystem::path folder;
  std::filesystem::path checkpoint;  ///< empty where the run was interrupted before its first one
};

/// "latest" (the newest of `parent` that can be resumed), a run's name in `parent`, its folder, or one of its
/// checkpoints. Throws BadInput where there is no such run or it is not one that can be resumed.
FoundRun find_run(const std::string& name, const std::filesystem::path& parent);

}  // namespace lehr::cli
