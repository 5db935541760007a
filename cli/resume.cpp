#include "resume.hpp"

#include <system_error>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "run_names.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

/// Of a file in a folder of the run's; empty if there is no run around it.
fs::path folder_around(const fs::path& checkpoint) {
  const fs::path folder = checkpoint.parent_path().parent_path();
  return is_file(folder / file_of(RunPart::options)) ? folder : fs::path();
}

}  // namespace

fs::path place_to_resume(const std::string& given, const fs::path& runs) {
  if (!is_file(given)) return find_run(given, runs, RunPart::options).folder;
  // The file itself, wherever a link to it lies.
  for (const fs::path& file : {fs::absolute(given), fs::canonical(given)}) {
    if (!folder_around(file).empty()) return file;
  }
  throw BadInput(in_quotes(given) + ": expected a checkpoint in a run's folder, found no " +
                 file_of(RunPart::options) + " above it");
}

FoundRun run_to_resume(const fs::path& place) {
  if (is_file(place)) return {folder_around(place), place};
  const std::vector<fs::path> checkpoints = checkpoints_in(place / "checkpoints");
  if (!checkpoints.empty()) return {place, checkpoints.front()};
  // A new start would replace the model.
  if (is_file(place / file_of(RunPart::model))) {
    throw BadInput(in_quotes(place) +
                   ": there is nothing to resume: the run has saved its model, and has no checkpoints");
  }
  return {place, {}};
}

}  // namespace lehr::cli
