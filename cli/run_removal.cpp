#include "run_removal.hpp"

#include <map>
#include <system_error>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/run_lock.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

/// What is gone meanwhile counts as empty; what the disk does not tell does not.
void check_disk(const fs::path& path, const std::error_code& error) {
  if (!error || error == std::errc::no_such_file_or_directory) return;
  throw Error(in_quotes(path) + ": cannot be read: " + error.message());
}

fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  check_disk(path, error);
  return status;
}

/// Of a regular file; 0 for anything else.
std::uintmax_t size_of(const fs::path& path) {
  if (!fs::is_regular_file(status_of(path))) return 0;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  check_disk(path, error);
  return error ? 0 : size;
}

std::uintmax_t bytes_in(const fs::path& path) {
  if (fs::is_regular_file(status_of(path))) return size_of(path);
  std::error_code error;
  std::uintmax_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) sum += size_of(entry.path());
  check_disk(path, error);
  return sum;
}

bool is_left_over(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with(".lehr-") && name.ends_with(".tmp");
}

void find_left_overs(const fs::path& folder, std::vector<Garbage>& found) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (is_left_over(entry.path())) {
      found.push_back({entry.path(), "", "left by a killed process", bytes_in(entry.path())});
    }
  }
  check_disk(folder, error);
}

/// A run's folder; empty if there is none.
fs::path folder_of(const NamedRun& run) {
  return fs::is_directory(status_of(run.folder)) ? run.folder : fs::path();
}

void remove_path(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw BadInput(in_quotes(path) + " cannot be removed: " + error.message());
}

}  // namespace

std::vector<Garbage> find_garbage(const fs::path& runs, const store::RunStore& store, bool lost_runs) {
  std::vector<Garbage> found;
  for (const store::RunInfo& run : store.runs()) {
    if (run.status == store::RunStatus::running) continue;
    const fs::path folder = folder_of(run_in(runs, run.id));
    if (folder.empty()) {
      if (lost_runs) found.push_back({{}, run.id, "it has no folder"});
      continue;
    }
    if (store::is_locked(folder)) continue;
    find_left_overs(folder, found);
    const fs::path checkpoints = folder / "checkpoints";
    if (run.status == store::RunStatus::done && fs::is_directory(status_of(checkpoints))) {
      found.push_back({checkpoints, "", "the run is done", bytes_in(checkpoints)});
    }
  }
  return found;
}

void remove_garbage(const fs::path& runs, const std::vector<Garbage>& garbage) {
  std::vector<std::string> ids;
  for (const Garbage& one : garbage) {
    if (!one.run.empty()) ids.push_back(one.run);
    if (!one.path.empty()) remove_path(one.path);
  }
  if (!ids.empty()) store::remove_runs(store_in(runs), ids);
}

// The folders go first: on a full disk they give the space that the rows need to go.
void remove_runs_with_folders(const std::vector<NamedRun>& runs) {
  std::map<fs::path, std::vector<std::string>> by_store;
  for (const NamedRun& run : runs) by_store[store_in(run.runs)].push_back(run.id);
  for (const auto& [store, ids] : by_store) store::check_run_store(store);
  for (const NamedRun& run : runs) {
    if (const fs::path folder = folder_of(run); !folder.empty()) remove_path(folder);
  }
  for (const auto& [store, ids] : by_store) store::remove_runs(store, ids);
}

}  // namespace lehr::cli
