#include "faults/checks.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "lehr/core/error.hpp"
#include "lehr/store/safetensors.hpp"
#include "train/checkpoint.hpp"

namespace lehr::test {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

bool is_temporary(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with(".lehr-") && name.ends_with(".tmp");
}

/// Why a file is not complete; empty if it is.
std::string damage_of(const fs::path& file) {
  if (is_temporary(file)) return "";
  try {
    if (file.extension() == ".safetensors") {
      const bool checkpoint = file.parent_path().filename() == "checkpoints";
      if (checkpoint) static_cast<void>(read_checkpoint(file));
      if (!checkpoint) static_cast<void>(store::read_safetensors(file));
    }
  } catch (const Error& error) {
    return error.what();
  }
  const std::string bytes = read_file(file);
  if (file.extension() == ".html" && bytes.find("</html>") == std::string::npos) return "the page has no end";
  for (const std::string lines : {".csv", ".jsonl", ".toml"}) {
    const bool begun = lines == ".jsonl" && bytes.empty();  // before the first epoch
    if (file.extension() == lines && !bytes.ends_with("\n") && !begun) return "the last line has no end";
  }
  return "";
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};

int first_text(void* result, int columns, char** values, char**) {
  if (columns > 0 && values[0] != nullptr) *static_cast<std::string*>(result) = values[0];
  return 0;
}

/// The first value of a query, or the error.
std::string answer(sqlite3* database, const std::string& sql) {
  std::string text;
  const int code = sqlite3_exec(database, sql.c_str(), first_text, &text, nullptr);
  return code == SQLITE_OK ? text : sqlite3_errmsg(database);
}

/// Checks a copy, because opening a store may write to it.
Problems damage_of_store(const fs::path& store, const std::string& query, const std::string& expected) {
  if (!fs::exists(store)) return {"the run store is gone: " + store.string()};
  const TemporaryFolder folder;
  for (const std::string suffix : {"", "-wal"}) {
    const fs::path file = store.string() + suffix;
    if (fs::exists(file)) fs::copy_file(file, folder.path() / ("lehr.db" + suffix));
  }
  sqlite3* opened = nullptr;
  sqlite3_open((folder.path() / "lehr.db").c_str(), &opened);
  const std::unique_ptr<sqlite3, Close> database(opened);
  Problems problems;
  if (const std::string found = answer(opened, "PRAGMA integrity_check"); found != "ok") {
    problems.push_back("the run store is damaged: " + found);
  }
  if (const std::string found = answer(opened, query); found != expected) {
    problems.push_back("the records of earlier runs are: " + found + ", and were: " + expected);
  }
  return problems;
}

/// Query for the statuses and batches of the runs.
std::string run_query(const std::string& condition) {
  return "SELECT group_concat(status || ' ' || (SELECT count(*) FROM steps WHERE run = runs.id)) FROM runs" +
         condition;
}

std::vector<fs::path> files_below(const fs::path& tree) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(tree)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(tree));
  }
  return files;
}

/// A second attempt completes the first. If all runs are already gone, it refuses their names (status 2).
Problems check_removal_ends(const World& world, const fs::path& tree) {
  const Outcome again = run(tree, world.arguments());
  Problems problems = check_removed(world, tree);
  if (again.status != 0 && again.status != 2) problems.push_back("fails afterwards: " + again.err);
  const Arguments list{"runs", "list", "--json"};
  const std::string expected = run(world.after(), list).out;
  if (const std::string found = run(tree, list).out; found != expected) {
    problems.push_back("afterwards the runs are: " + found + ", expected: " + expected);
  }
  return problems;
}

}  // namespace

Problems check_end(const InjectedOutcome& outcome) {
  if (outcome.hung) return {"hangs"};
  if (outcome.crashed()) return {};
  constexpr std::array<int, 5> documented{0, 1, 2, 3, 130};
  if (std::ranges::find(documented, outcome.status) == documented.end()) {
    return {"ended with status " + std::to_string(outcome.status)};
  }
  const std::vector<std::string> lines = lines_of(outcome.err);
  Problems problems;
  // One line for the failure, and one for each thing that can fail without ending the training: records,
  // checkpoint, best model, two logs, page.
  constexpr std::size_t most_lines = 7;
  for (const std::string& line : lines) {
    if (!line.starts_with("lehr: ")) problems.push_back("says: " + line);
  }
  if (lines.size() > most_lines) problems.push_back("says " + std::to_string(lines.size()) + " lines");
  if (lines.empty() && outcome.status != 0) problems.push_back("fails and says nothing");
  return problems;
}

Problems check_done(const World& world, const fs::path& tree, const InjectedOutcome& outcome) {
  if (outcome.status != 0) return {};
  if (!world.trains()) {
    Problems problems;
    if (outcome.out != world.undisturbed().out) problems.push_back("status 0, but prints: " + outcome.out);
    for (const fs::path& file : files_below(world.after())) {
      if (file.filename().string().starts_with("lehr.db")) continue;
      if (read_file(tree / file) != read_file(world.after() / file)) {
        problems.push_back("status 0, but another or no " + file.string());
      }
    }
    return problems;
  }
  const fs::path model = printed_path(outcome.out);
  if (model.empty()) return {"status 0, but prints no model"};
  if (!fs::exists(tree / model)) return {"status 0, but there is no " + model.string()};
  if (read_file(tree / model) != world.model()) return {"status 0, but other weights"};
  return {};
}

Problems check_removed(const World& world, const fs::path& tree) {
  if (!world.removes()) return {};
  Problems problems;
  for (const fs::path& file : files_below(tree)) {
    const bool store = file.filename().string().starts_with("lehr.db");
    if (!store && !fs::exists(world.after() / file)) problems.push_back("not removed: " + file.string());
  }
  return problems;
}

Problems check_whole(const World& world, const fs::path& tree) {
  const std::string done = world.done().filename().string();
  Problems problems =
      damage_of_store(tree / "runs" / "lehr.db", run_query(" WHERE name = '" + done + "'"), "done 8");
  for (const std::string& more : damage_of_store(tree / "old" / "lehr.db", run_query(""), "done 5,done 4")) {
    problems.push_back("old: " + more);
  }
  for (const fs::path& file : files_below(tree)) {
    if (const std::string damage = damage_of(tree / file); !damage.empty()) {
      problems.push_back("half written: " + file.string() + ": " + damage);
    }
  }
  return problems;
}

Problems check_kept(const World& world, const fs::path& tree) {
  Problems problems;
  for (const fs::path& file : files_below(world.before())) {
    if (world.may_change(file) || is_temporary(file)) continue;
    if (!fs::exists(tree / file)) {
      problems.push_back("lost: " + file.string());
    } else if (read_file(tree / file) != read_file(world.before() / file)) {
      problems.push_back("changed: " + file.string());
    }
  }
  return problems;
}

// A checkpoint is certainly saved when the next one gets its name.
Problems check_resumable(const fs::path& tree, const fs::path& notes) {
  std::set<std::string> named;
  for (const std::string& line : lines_of(read_file(notes / "journal"))) {
    const std::size_t name = line.rfind("/step-");
    if (line.starts_with("move ") && name != std::string::npos) named.insert(line.substr(name + 1));
  }
  if (named.size() < 2) return {};
  for (const fs::path& run : resumable(tree)) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(tree / run / "checkpoints", error)) {
      if (named.contains(entry.path().filename().string())) return {};
    }
  }
  return {"none of the " + std::to_string(named.size()) + " checkpoints is left that a resume could use"};
}

Problems check_afterwards(const World& world, const fs::path& tree) {
  if (world.removes()) return check_removal_ends(world, tree);
  if (!world.trains()) {
    const Outcome again = run(tree, world.arguments());
    if (again.status != 0) return {"fails afterwards: " + again.err};
    if (again.out != world.undisturbed().out) return {"prints afterwards: " + again.out};
    return {};
  }
  const std::vector<fs::path> runs = resumable(tree);
  const bool begun = !runs.empty() && runs.back() != world.done();
  const Outcome resumed =
      run(tree, begun ? Arguments{"train", "--resume", runs.back().string(), "--quiet"} : world.arguments());
  if (resumed.status != 0) return {"the resume fails: " + resumed.err};
  if (read_file(tree / printed_path(resumed.out)) != world.model()) return {"other weights after a resume"};
  Problems problems;
  const Outcome records = run(tree, {"runs", "show", "latest", "--json"});
  if (records.status != 0 || records.out.find("\"status\":\"done\"") == std::string::npos) {
    problems.push_back("after the resume, runs show says: " + records.out + records.err);
  }
  return problems;
}

// Records up to a checkpoint are saved before the checkpoint.
Problems check_records(const World& world, const fs::path& tree) {
  if (!world.trains()) return {};
  const Outcome steps =
      run(tree, {"runs", "sql", "--format", "csv",
                 "SELECT count(*) FROM steps JOIN runs ON runs.id = run WHERE training = 1 GROUP BY "
                 "run ORDER BY runs.id DESC LIMIT 1"});
  if (steps.out.find("\n8\n") != std::string::npos) return {};
  return {"of 8 batches the records hold: " + steps.out + steps.err};
}

}  // namespace lehr::test
