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

/// Something that can go, and why.
struct Garbage {
  std::filesystem::path path{};  ///< empty: rows of the store alone
  std::vector<std::filesystem::path>
      files{};        ///< what goes of the folder `path`, which stays if it holds more
  std::string run{};  ///< whose rows go; empty: none
  std::string why{};
  std::uintmax_t bytes = 0;
};

/// What nobody needs any more in a folder of runs: checkpoints of runs that are done, files that killed
/// processes left half-written, and with `lost_runs` the rows of runs that have no folder. Runs that are
/// being trained are left alone, and so are symbolic links and files with other names.
std::vector<Garbage> find_garbage(const std::filesystem::path& runs, const store::RunStore& store,
                                  bool lost_runs);
void remove_garbage(const std::filesystem::path& runs, const std::vector<Garbage>& garbage);

struct Removal {
  std::vector<NamedRun> removed{};
  std::optional<Error> failure{};  ///< why the others were not
};

/// Takes runs out of their stores and their folders off the disk. A run whose folder cannot be removed stays
/// whole, and the others go. A folder that is a symbolic link is not followed.
Removal remove_runs_with_folders(const std::vector<NamedRun>& runs);

}  // namespace lehr::cli
