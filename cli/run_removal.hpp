#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/store/run_store.hpp"
#include "run_names.hpp"

namespace lehr::cli {

/// Something that can be removed, and why.
struct Garbage {
  std::filesystem::path path{};  ///< empty: only rows of the store
  std::vector<std::filesystem::path>
      /// What is removed from the folder `path`. The folder stays if it contains anything else.
      files{};
  std::string run{};  ///< run whose rows are removed; empty: none
  std::string why{};
  std::uintmax_t bytes = 0;
};

/// Finds what is no longer needed in a folder of runs: checkpoints of finished runs, files that
/// killed processes left half-written, and with `lost_runs` the rows of runs that have no folder.
/// Ignores runs that are being trained, symbolic links and files with other names.
std::vector<Garbage> find_garbage(const std::filesystem::path& runs, const store::RunStore& store,
                                  bool lost_runs);
void remove_garbage(const std::filesystem::path& runs, const std::vector<Garbage>& garbage);

struct Removal {
  std::vector<NamedRun> removed{};
  std::optional<Error> failure{};  ///< why the other runs were not removed
};

/// Removes runs from their stores and deletes their folders. If a folder cannot be removed, its run
/// is not changed, and the others are removed. A folder that is a symbolic link is not followed.
Removal remove_runs_with_folders(const std::vector<NamedRun>& runs);

}  // namespace lehr::cli
