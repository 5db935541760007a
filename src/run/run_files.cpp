#include "lehr/run/run_files.hpp"

#include <system_error>
#include <vector>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace fs = std::filesystem;
namespace {

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

}  // namespace

RunPlace RunPlace::of(const fs::path& folder) {
  return {folder.filename().string(), folder, folder / run_files::model};
}

fs::path folder_around(const fs::path& checkpoint) {
  const fs::path folder = checkpoint.parent_path().parent_path();
  return is_file(folder / run_files::options) ? folder : fs::path();
}

ResumePoint resume_point(const fs::path& place) {
  if (is_file(place)) {
    const fs::path folder = folder_around(place);
    if (!folder.empty()) return {folder, place};
    throw BadInput(in_quotes(place) + ": expected a checkpoint in a run's folder, found no " +
                   run_files::options + " above it");
  }
  const std::vector<fs::path> checkpoints = checkpoints_in(place / "checkpoints");
  if (!checkpoints.empty()) return {place, checkpoints.front()};
  // A run that starts anew would replace the model.
  if (is_file(place / run_files::model)) {
    throw BadInput(in_quotes(place) +
                   ": there is nothing to resume: the run has saved its model, and has no checkpoints");
  }
  return {place, {}};
}

std::string resume_command(const fs::path& place) {
  return "lehr train --resume " + shell_word(place.string());
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+@%";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace lehr
