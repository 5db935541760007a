#include "run_removal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/store/run_lock.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

/// Throws if the disk cannot be read. A path that no longer exists counts as empty.
void check_readable(const fs::path& path, const std::error_code& error) {
  if (!error || error == std::errc::no_such_file_or_directory) return;
  throw_not_read(path, error.value());
}

fs::file_status link_status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  check_readable(path, error);
  return status;
}

/// The size of a regular file; 0 for anything else.
std::uintmax_t size_of(const fs::path& path) {
  if (!fs::is_regular_file(link_status_of(path))) return 0;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  check_readable(path, error);
  return error ? 0 : size;
}

std::uintmax_t bytes_in(const fs::path& path) {
  if (fs::is_regular_file(link_status_of(path))) return size_of(path);
  std::error_code error;
  std::uintmax_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) sum += size_of(entry.path());
  check_readable(path, error);
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
      found.push_back(
          {.path = entry.path(), .why = "left by a killed process", .bytes = bytes_in(entry.path())});
    }
  }
  check_readable(folder, error);
}

/// Finds the checkpoints of a finished run.
void find_checkpoints(const fs::path& folder, std::vector<Garbage>& found) {
  if (!fs::is_directory(link_status_of(folder))) return;
  Garbage garbage{.path = folder, .why = "the run is done"};
  for (const fs::path& file : checkpoints_in(folder)) {
    if (!fs::is_regular_file(link_status_of(file))) continue;
    garbage.files.push_back(file);
    garbage.bytes += size_of(file);
  }
  std::error_code error;
  if (!garbage.files.empty() || fs::is_empty(folder, error)) found.push_back(std::move(garbage));
  check_readable(folder, error);
}

BadInput not_removed(const fs::path& path, const std::string& why) {
  return BadInput(in_quotes(path) + " cannot be removed: " + why);
}

void remove_path(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw not_removed(path, error.message());
}

void remove_garbage(const Garbage& garbage) {
  if (garbage.path.empty()) return;
  if (garbage.files.empty()) return remove_path(garbage.path);
  for (const fs::path& file : garbage.files) remove_path(file);
  std::error_code error;
  fs::remove(garbage.path, error);
  if (error && error != std::errc::directory_not_empty) throw not_removed(garbage.path, error.message());
}

void check_entries_can_go(const fs::path& folder) {
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return;
  throw not_removed(folder, std::generic_category().message(errno));
}

/// Throws if a part of the folder could not be removed, so that a folder is removed completely or
/// not at all.
void check_removable(const fs::path& folder) {
  check_entries_can_go(folder.has_parent_path() ? folder.parent_path() : fs::path("."));
  check_entries_can_go(folder);
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_directory() && !entry->is_symlink()) check_entries_can_go(entry->path());
  }
  check_readable(folder, error);
}

void remove_folder(const NamedRun& run) {
  const fs::file_status status = link_status_of(run.folder);
  if (fs::is_symlink(status)) {
    throw BadInput("run " + printable(run.id) + ": its folder " + in_quotes(run.folder) +
                   " is a symbolic link, which lehr does not follow to remove anything; remove what it leads "
                   "to and the link, then the run");
  }
  if (!fs::is_directory(status)) return;
  check_removable(run.folder);
  remove_path(run.folder);
}

Error all_of(const std::vector<Error>& failures) {
  std::string text;
  for (const Error& failure : failures) text += (text.empty() ? "" : "; ") + std::string(failure.what());
  return Error(text, failures.front().kind());
}

}  // namespace

std::vector<Garbage> find_garbage(const fs::path& runs, const store::RunStore& store, bool lost_runs) {
  std::vector<Garbage> found;
  for (const store::RunInfo& run : store.runs()) {
    if (run.status == store::RunStatus::running) continue;
    const fs::path folder = run_in(runs, run.id).folder;
    const fs::file_status status = link_status_of(folder);
    if (fs::is_symlink(status)) continue;
    if (!fs::is_directory(status)) {
      if (lost_runs) found.push_back({.run = run.id, .why = "it has no folder"});
      continue;
    }
    if (store::is_locked(folder)) continue;
    find_left_overs(folder, found);
    if (run.status == store::RunStatus::done) find_checkpoints(folder / "checkpoints", found);
  }
  return found;
}

void remove_garbage(const fs::path& runs, const std::vector<Garbage>& garbage) {
  std::vector<std::string> ids;
  for (const Garbage& one : garbage) {
    if (!one.run.empty()) ids.push_back(one.run);
    remove_garbage(one);
  }
  if (!ids.empty()) store::remove_runs(store_in(runs), ids);
}

// Removes the folders first: on a full disk, this frees the space that is needed to remove the
// rows.
Removal remove_runs_with_folders(const std::vector<NamedRun>& runs) {
  for (const NamedRun& run : runs) store::check_run_store(store_in(run.runs));
  Removal removal;
  std::vector<Error> failures;
  std::map<fs::path, std::vector<std::string>> by_store;
  for (const NamedRun& run : runs) {
    try {
      remove_folder(run);
      by_store[store_in(run.runs)].push_back(run.id);
      removal.removed.push_back(run);
    } catch (const Error& failure) {
      failures.push_back(failure);
    }
  }
  for (const auto& [store, ids] : by_store) store::remove_runs(store, ids);
  if (!failures.empty()) removal.failure = all_of(failures);
  return removal;
}

}  // namespace lehr::cli
