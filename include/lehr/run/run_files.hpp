#pragma once

#include <filesystem>
#include <string>

/// The files of a run's folder.
namespace lehr {

namespace run_files {
inline constexpr const char* options = "config.toml";
inline constexpr const char* model = "model.safetensors";
inline constexpr const char* dump = "diverged.safetensors";
}  // namespace run_files

/// Where a run is stored. All members are empty if nothing is saved.
struct RunPlace {
  std::string id;                ///< name of its folder
  std::filesystem::path folder;  ///< with checkpoints, options and the report
  std::filesystem::path model;   ///< the model's file in it

  static RunPlace of(const std::filesystem::path& folder);
};

/// A run on disk, and the checkpoint from which it continues.
struct ResumePoint {
  std::filesystem::path folder;
  std::filesystem::path checkpoint;  ///< empty if the run was interrupted before its first one
};

/// The run at a path, which is its folder or one of its checkpoints. For a folder, the newest
/// checkpoint is used. Throws BadInput if the run has saved its model and has no checkpoints.
ResumePoint resume_point(const std::filesystem::path& place);
/// The folder of the run that has this checkpoint; empty if there is none.
std::filesystem::path folder_around(const std::filesystem::path& checkpoint);

/// The command that continues a run: "lehr train --resume runs/ID".
std::string resume_command(const std::filesystem::path& place);
/// A word for a shell, in single quotes if it needs them.
std::string shell_word(const std::string& text);

}  // namespace lehr
