#include "runs.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.toml", ignored);
}

fs::path latest_run(const fs::path& parent) {
  std::vector<fs::path> runs;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    if (is_run(entry.path())) runs.push_back(entry.path());
  }
  if (runs.empty()) throw BadInput("there is no run to resume in " + in_quotes(parent));
  return *std::ranges::max_element(runs);  // names sort by time
}

FoundRun with_newest(const fs::path& folder) {
  const std::vector<fs::path> checkpoints = checkpoints_in(folder / "checkpoints");
  return {folder, checkpoints.empty() ? fs::path() : checkpoints.front()};
}

}  // namespace

FoundRun find_run(const std::string& name, const fs::path& parent) {
  if (name == "latest") return with_newest(latest_run(parent));
  std::error_code ignored;
  for (const fs::path& folder : {fs::path(name), parent / name}) {
    if (is_run(folder)) return with_newest(folder);
  }
  const fs::path file(name);
  if (fs::is_regular_file(file, ignored)) {
    const fs::path folder = fs::absolute(file).parent_path().parent_path();
    if (is_run(folder)) return {folder, file};
    throw BadInput(in_quotes(file) +
                   ": expected a checkpoint in a run's folder, found no config.toml above it");
  }
  throw BadInput("there is no run " + in_quotes(name) +
                 " that could be resumed, neither as a folder with a " + "config.toml nor in " +
                 in_quotes(parent));
}

}  // namespace lehr::cli
