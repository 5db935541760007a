#include "run_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <optional>
#include <system_error>
#include <tuple>

#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/run_files.hpp"
#include "output.hpp"

namespace lehr::cli {
namespace fs = std::filesystem;
namespace {

void check_disk(const fs::path& path, const std::error_code& error) {
  if (!error || !is_of_the_disk(error.value())) return;
  throw DiskError(in_quotes(path) + ": cannot be read: " + error.message());
}

/// A run in a folder of runs. It is in the store, or only its folder exists.
struct KnownRun {
  std::string id;
  std::string title;
  double started = 0;
};

/// Throws DiskError if the disk cannot be read. Otherwise another run could be taken for the one
/// that is meant.
fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  check_disk(path, error);
  return status;
}

bool is_file(const fs::path& path) { return fs::is_regular_file(status_of(path)); }
bool is_there(const fs::path& path) { return fs::exists(status_of(path)); }

/// A check is needed because a store may contain any text as an ID.
bool is_folder_name(const std::string& id) {
  return !id.empty() && id != "." && id != ".." && id.find('/') == std::string::npos &&
         id.find('\0') == std::string::npos;
}

/// The time in a folder's name such as 20250131-142805-3fa2, in seconds since 1970; 0 for other
/// names.
double time_of(const std::string& id) {
  std::tm utc{};
  const char* end = strptime(id.c_str(), "%Y%m%d-%H%M%S-", &utc);
  const bool is_time = end != nullptr && std::string_view(end).size() == 4;
  return is_time ? static_cast<double>(timegm(&utc)) : 0;
}

std::vector<KnownRun> recorded_runs(const fs::path& runs) {
  std::vector<KnownRun> known;
  for (const store::RunInfo& run : store::RunStore(store_in(runs)).runs()) {
    known.push_back({run.id, run.name, run.started});
  }
  return known;
}

/// All runs, for uses that need no records. The store adds titles and times if it can be read.
std::vector<KnownRun> runs_with_folders(const fs::path& runs) {
  std::vector<KnownRun> known;
  try {
    if (is_there(store_in(runs))) known = recorded_runs(runs);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
  }
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runs, error)) {
    const std::string id = entry.path().filename().string();
    if (std::ranges::find(known, id, &KnownRun::id) == known.end()) known.push_back({id, "", time_of(id)});
  }
  check_disk(runs, error);
  return known;
}

std::vector<KnownRun> known_runs(const fs::path& runs, RunPart part) {
  if (part == RunPart::records) return recorded_runs(runs);
  std::vector<KnownRun> known = runs_with_folders(runs);
  std::erase_if(known, [&](const KnownRun& run) {
    const fs::path folder = run_in(runs, run.id).folder;
    return folder.empty() || !is_file(folder / file_of(part));
  });
  return known;
}

bool is_recorded(const NamedRun& run) {
  if (!is_there(store_in(run.runs))) return false;
  const std::vector<KnownRun> known = recorded_runs(run.runs);
  return std::ranges::find(known, run.id, &KnownRun::id) != known.end();
}

bool is_known_to_be_recorded(const NamedRun& run) {
  try {
    return is_recorded(run);
  } catch (const Error&) {
    return false;
  }
}

NamedRun run_of_folder(const fs::path& folder) {
  const fs::path parent = folder.parent_path();
  return {parent.empty() ? fs::path(".") : parent, folder.filename().string(), folder};
}

/// The runs that a path may name: by the path as given, and by the path with links resolved.
std::vector<NamedRun> candidates_of(fs::path given) {
  if (!given.has_filename()) given = given.parent_path();
  std::vector<NamedRun> candidates;
  if (is_folder_name(given.filename().string())) candidates.push_back(run_of_folder(given));
  std::error_code error;
  const fs::path canonical = fs::canonical(given, error);
  if (!error) candidates.push_back(run_of_folder(canonical));
  return candidates;
}

/// The run in this folder. A link in a folder of runs stands for a run that was moved to another
/// disk, if the store beside the link contains that run. Anywhere else, a link is another name for
/// its target.
std::optional<NamedRun> run_at(const fs::path& given, RunPart part) {
  std::vector<NamedRun> candidates = candidates_of(given);
  if (part == RunPart::records) {
    const auto found = std::ranges::find_if(candidates, is_recorded);
    return found == candidates.end() ? std::nullopt : std::optional(*found);
  }
  std::erase_if(candidates, [&](const NamedRun& run) { return !is_file(run.folder / file_of(part)); });
  if (candidates.empty()) return std::nullopt;
  const auto found = std::ranges::find_if(candidates, is_known_to_be_recorded);
  if (found != candidates.end()) return *found;
  return candidates.front().id == candidates.back().id ? candidates.front() : candidates.back();
}

bool is_path(const std::string& given) {
  return given.find('/') != std::string::npos || given == "." || given == "..";
}

std::vector<NamedRun> runs_with(const std::vector<KnownRun>& known, const fs::path& runs,
                                const std::function<bool(const KnownRun&)>& meant) {
  std::vector<NamedRun> found;
  for (const KnownRun& run : known) {
    if (meant(run)) found.push_back(run_in(runs, run.id));
  }
  return found;
}

std::vector<NamedRun> latest(const std::vector<KnownRun>& known, const fs::path& runs) {
  const auto age = [](const KnownRun& run) { return std::tuple(run.started, run.id); };
  const auto last = std::ranges::max_element(known, {}, age);
  return last == known.end() ? std::vector<NamedRun>() : std::vector{run_in(runs, last->id)};
}

/// The runs in `runs` with exactly this ID, or, if there are none, with this title.
std::vector<NamedRun> with_id_or_title(const std::string& given, const std::vector<KnownRun>& known,
                                       const fs::path& runs) {
  auto found = runs_with(known, runs, [&](const KnownRun& run) { return run.id == given; });
  if (!found.empty() || given.empty()) return found;
  return runs_with(known, runs, [&](const KnownRun& run) { return run.title == given; });
}

[[noreturn]] void refuse_path(const std::string& given, RunPart part) {
  const fs::path path(given);
  const fs::path named = path.has_filename() ? path : path.parent_path();
  if (part == RunPart::options) {
    throw BadInput("there is no run " + in_quotes(given) +
                   " that could be resumed: expected a folder with a " + file_of(part) + " in it");
  }
  const NamedRun run = run_of_folder(is_there(named) ? fs::canonical(named) : named);
  const std::string store = in_quotes(store_in(run.runs));
  if (!is_there(store_in(run.runs))) {
    throw BadInput("there is no run " + in_quotes(given) + ": expected a run store beside that folder, " +
                   store);
  }
  throw BadInput(store + ": there is no run " + in_quotes(run.id));
}

[[noreturn]] void refuse_name(const std::string& given, const fs::path& runs, RunPart part) {
  const std::vector<KnownRun> known = known_runs(runs, part);
  if (part == RunPart::options && (known.empty() || given == "latest")) {
    throw BadInput("there is no run to resume in " + in_quotes(runs) +
                   (given == "latest" ? "" : ", found " + in_quotes(given)));
  }
  if (known.empty()) throw BadInput(in_quotes(store_in(runs)) + ": the run store holds no run");
  constexpr std::size_t listed = 5;  // the last ones
  std::vector<std::string> names;
  for (std::size_t i = known.size() - std::min(listed, known.size()); i < known.size(); ++i) {
    names.push_back(known[i].id);
    if (!known[i].title.empty()) names.push_back(printable(known[i].title, 60));
  }
  const std::string message = unknown_name("run", given, names).what();
  if (known.size() <= listed) throw BadInput(message);
  throw BadInput(fmt::format("{}; lehr runs list --runs {} lists all {}", message, shell_word(runs.string()),
                             known.size()));
}

}  // namespace

fs::path store_in(const fs::path& runs) { return runs / "lehr.db"; }

NamedRun run_in(const fs::path& runs, const std::string& id) {
  return {runs, id, is_folder_name(id) ? runs / id : fs::path()};
}

const char* file_of(RunPart part) {
  switch (part) {
    case RunPart::options:
      return run_files::options;
    case RunPart::model:
      return run_files::model;
    case RunPart::dump:
      return run_files::dump;
    case RunPart::records:
      break;
  }
  return "";
}

std::vector<NamedRun> matching_runs(const std::string& given, const fs::path& runs, RunPart part) {
  // A folder needs no store in `runs`.
  if (is_path(given) || (part == RunPart::records && !is_there(store_in(runs)))) {
    if (const auto run = run_at(given, part)) return {*run};
    if (is_path(given) && part == RunPart::records && !is_there(store_in(runs))) return {};
  }
  const std::vector<KnownRun> known = known_runs(runs, part);
  if (given == "latest") return latest(known, runs);
  if (auto found = with_id_or_title(given, known, runs); !found.empty() || is_path(given) || given.empty())
    return found;
  if (const auto run = run_at(given, part)) return {*run};
  return runs_with(known, runs, [&](const KnownRun& run) { return run.id.starts_with(given); });
}

void check_one(const std::string& given, const std::vector<NamedRun>& found) {
  if (found.size() < 2) return;
  throw BadInput("several runs are called " + in_quotes(given) + ": " + printable(found[0].id) + ", " +
                 printable(found[1].id) + (found.size() > 2 ? ", ..." : ""));
}

NamedRun find_run(const std::string& given, const fs::path& runs, RunPart part) {
  const std::vector<NamedRun> found = matching_runs(given, runs, part);
  check_one(given, found);
  if (found.size() == 1) return found.front();
  if (is_path(given)) refuse_path(given, part);
  refuse_name(given, runs, part);
}

fs::path file_of_run(const std::string& given, const fs::path& runs, RunPart part) {
  std::error_code error;
  const fs::path path(given);
  if (fs::is_directory(path, error)) {
    if (is_file(path / file_of(part))) return path / file_of(part);
  } else if (is_there(path)) {
    return path;
  }
  const std::vector<NamedRun> found = matching_runs(given, runs, part);
  check_one(given, found);
  if (found.size() == 1) return found.front().folder / file_of(part);
  if (is_there(path)) throw BadInput(in_quotes(path) + ": there is no " + file_of(part) + " in this folder");
  throw BadInput(in_quotes(given) + ": there is no such file, and no run of that name with a " +
                 file_of(part) + " in " + in_quotes(runs));
}

void find_weights(TrainConfig& config) {
  if (!config.weights.empty()) {
    config.weights = file_of_run(config.weights.string(), config.out, RunPart::model);
  }
}

}  // namespace lehr::cli
