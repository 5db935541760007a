#include "run_removal.hpp"

#include <system_error>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

std::uintmax_t bytes_in(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return fs::file_size(path, error);
  std::uintmax_t sum = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    std::error_code ignored;
    if (entry.is_regular_file(ignored)) sum += entry.file_size(ignored);
  }
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
}

void remove_path(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw BadInput(in_quotes(path) + " cannot be removed: " + error.message());
}

}  // namespace

std::vector<Garbage> find_garbage(const fs::path& runs, const store::RunStore& store) {
  std::vector<Garbage> found;
  std::error_code error;
  for (const store::RunInfo& run : store.runs()) {
    if (run.status == store::RunStatus::running) continue;
    const fs::path folder = runs / run.id;
    if (!fs::is_directory(folder, error)) {
      found.push_back({{}, run.id, "its folder is gone"});
      continue;
    }
    find_left_overs(folder, found);
    const fs::path checkpoints = folder / "checkpoints";
    if (run.status == store::RunStatus::done && fs::is_directory(checkpoints, error)) {
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
  store::remove_runs(store_in(runs), ids);
}

// The rows go first: a run without a folder is listed no more, a folder without rows can still be used.
void remove_runs_with_folders(const fs::path& runs, const std::vector<std::string>& ids) {
  store::remove_runs(store_in(runs), ids);
  for (const std::string& id : ids) {
    if (fs::path(id).filename() == id && id != "." && id != "..") remove_path(runs / id);
  }
}

}  // namespace lehr::cli
