// How runs are named on the command line, and which commands leave a running training alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

/// Trains one batch and saves a checkpoint after it. Returns the run's ID.
std::string stopped_run(const fs::path& folder, Arguments more) {
  Arguments arguments{"train",  "--data",  "digits:200",   "--epochs", "2",
                      "--json", "--quiet", "--time-limit", "0.0000001"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = run(folder, arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return outcome.event("done")["run"];
}

std::string shown_id(const fs::path& folder, const std::string& name, Arguments more = {}) {
  Arguments arguments{"runs", "show", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), {"--", name});
  const Outcome outcome = run(folder, arguments);
  EXPECT_EQ(outcome.status, 0) << name << ": " << outcome.err;
  return outcome.status == 0 ? outcome.events().at(0)["run"] : nlohmann::json("");
}

void expect_not_found(const Outcome& outcome, const std::string& said) {
  EXPECT_EQ(outcome.status, 2) << outcome.err;
  EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path().string()] = read_file(entry.path());
  }
  return files;
}

/// The files of a process that was just sent SIGSTOP, which takes effect a little later.
std::map<std::string, std::string> settled_files_in(const fs::path& folder) {
  auto files = files_in(folder);
  for (auto again = files_in(folder); again != files; again = files_in(folder)) files = again;
  return files;
}

TEST(LiveRun, IsSafeFromResumeAndRemovalHoweverItIsNamed) {
  const TemporaryFolder folder;
  Running training(folder.path(),
                   {"train", "--data", "digits:500", "--epochs", "100000", "--json", "--quiet", "--name",
                    "alive", "--csv", "log.csv", "--checkpoint-batches", "3", "--keep-checkpoints", "0"});
  ASSERT_TRUE(training.wait_for_output("\"epoch\":2,"));
  training.signal(SIGSTOP);
  std::string id;
  for (const auto& entry : fs::directory_iterator(folder.path() / "runs")) {
    if (entry.is_directory()) id = entry.path().filename().string();
  }
  const std::string path = "runs/" + id;
  const std::string checkpoint =
      fs::directory_iterator(folder.path() / path / "checkpoints")->path().string();
  const auto before = settled_files_in(folder.path() / path);
  const std::string log = read_file(folder.path() / "log.csv");
  for (const std::string& name : {std::string("latest"), std::string("alive"), id, id.substr(0, 12), path,
                                  path + "/", "./" + path, checkpoint}) {
    expect_not_found(run(folder.path(), {"train", "--resume", name, "--quiet"}),
                     "this run is being trained by process ");
  }
  expect_not_found(run(folder.path() / path, {"train", "--resume", ".", "--quiet"}), "is being trained");
  expect_not_found(run(folder.path(), {"runs", "rm", "alive", "--yes"}), "still running");
  EXPECT_EQ(files_in(folder.path() / path), before);
  EXPECT_EQ(read_file(folder.path() / "log.csv"), log);
  training.signal(SIGKILL);
  training.wait();
  const Outcome resumed =
      run(folder.path(), {"train", "--resume", "alive", "--quiet", "--time-limit", "0.0000001"});
  EXPECT_EQ(resumed.status, 0) << "the system frees what a killed process held: " << resumed.err;
  EXPECT_FALSE(fs::exists(folder.path() / path / "lock"));
}

TEST(Titles, NameARunWhereverOneIsNamed) {
  const TemporaryFolder folder;
  const std::string title = "my ünusual 'exp'/1";
  const std::string id = stopped_run(folder.path(), {"--name", title});
  EXPECT_EQ(shown_id(folder.path(), title), id);
  const Outcome resumed = run(folder.path(), {"train", "--resume", title, "--quiet"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(run(folder.path(), {"train", "--resume", "latest", "--quiet"}).status, 0);
  EXPECT_EQ(shown_id(folder.path(), title), id) << "a resumed run keeps its title";
  const Outcome compared = run(folder.path(), {"runs", "compare", title, "latest"});
  EXPECT_NE(compared.out.find(title), std::string::npos) << compared.out << compared.err;
  EXPECT_EQ(run(folder.path(), {"runs", "diff", title, id}).status, 0);
  EXPECT_EQ(run(folder.path(), {"runs", "export", title}).status, 0);
  EXPECT_EQ(run(folder.path(), {"report", title}).out, "runs/" + id + "/report.html\n");
  for (const std::string& name : {title, id, id.substr(0, 10), std::string("latest"), "runs/" + id}) {
    const Outcome evaluated = run(folder.path(), {"evaluate", name, "--data", "digits:200"});
    EXPECT_EQ(evaluated.status, 0) << name << evaluated.err;
  }
  EXPECT_EQ(run(folder.path(), {"predict", title, "--data", "digits:200", "--sample", "0"}).status, 0);
  expect_not_found(run(folder.path(), {"replay", title}), "diverged.safetensors");
  expect_not_found(run(folder.path(), {"evaluate", "other", "--data", "digits:200"}), "no such file");
  EXPECT_EQ(run(folder.path(), {"runs", "rm", title, "--yes"}).status, 0);
  EXPECT_FALSE(fs::exists(folder.path() / "runs" / id));
}

TEST(Titles, ThatMeanSeveralThings) {
  const TemporaryFolder folder;
  const std::string first = stopped_run(folder.path(), {"--name", "twice"});
  const std::string second = stopped_run(folder.path(), {"--name", "twice"});
  const std::string third = stopped_run(folder.path(), {"--name", first});
  const std::string fourth = stopped_run(folder.path(), {"--name=-x"});
  EXPECT_EQ(shown_id(folder.path(), first), first) << "an ID before a title";
  EXPECT_EQ(shown_id(folder.path(), "-x"), fourth);
  EXPECT_EQ(shown_id(folder.path(), "latest"), fourth);
  expect_not_found(run(folder.path(), {"runs", "show", "twice"}), first + ", " + second);
  expect_not_found(run(folder.path(), {"train", "--resume", "twice"}), "several runs are called \"twice\"");
  expect_not_found(run(folder.path(), {"evaluate", "twice", "--data", "digits:200"}), "several runs");
  expect_not_found(run(folder.path(), {"runs", "show", ""}), "unknown run");
  expect_not_found(run(folder.path(), {"train", "--resume", ""}), "unknown run");
  expect_not_found(run(folder.path(), {"runs", "show", "twic"}), "unknown run");
  // Among several matching runs, a title decides.
  fs::remove_all(folder.path() / "runs" / first);
  EXPECT_EQ(run(folder.path(), {"train", "--resume", "twice", "--quiet"}).out,
            "runs/" + second + "/model.safetensors\n");
}

TEST(Titles, ThatNobodyHasAreRefusedWithWhereAllRunsAre) {
  const TemporaryFolder folder;
  for (int i = 0; i < 6; ++i) stopped_run(folder.path(), {});
  expect_not_found(run(folder.path(), {"runs", "show", "nosuch"}),
                   "); lehr runs list --runs runs lists all 6\n");
}

TEST(Folders, NameTheRunsOfTheStoreBesideThem) {
  const TemporaryFolder folder;
  const fs::path root = folder.path();
  const std::string other = stopped_run(root, {});
  const std::string id = stopped_run(root, {"--out", "exp"});
  const std::string path = "exp/" + id;
  for (const std::string& name : {path, path + "/", "./" + path, "exp/../" + path, (root / path).string()}) {
    EXPECT_EQ(shown_id(root, name), id) << name;
  }
  EXPECT_EQ(shown_id(root / path, "."), id);
  EXPECT_EQ(shown_id(root / path / "checkpoints", ".."), id);
  EXPECT_EQ(shown_id(root / "exp", id), id);
  fs::create_directory(root / "links");
  fs::create_directory_symlink(root / path, root / "links/best");
  EXPECT_EQ(shown_id(root, "links/best"), id);
  const Outcome compared = run(root, {"runs", "compare", "runs/" + other, path});
  EXPECT_NE(compared.out.find(id), std::string::npos) << compared.err;
  expect_not_found(run(root, {"runs", "diff", "runs/" + other, path}), "two runs of one store");
  EXPECT_EQ(run(root, {"runs", "export", path, "--table", "steps"}).status, 0);
  EXPECT_EQ(run(root, {"report", path}).out, path + "/report.html\n");
  EXPECT_EQ(run(root, {"report", path, "runs/" + other, "--out", "both.html"}).status, 0);
  // A resume by any of its names continues in the same records.
  for (const auto& [from, name] : std::map<fs::path, std::string>{{root, "links/best"},
                                                                  {root / "exp", id},
                                                                  {root / path, "."},
                                                                  {root / "links", "../" + path + "/"}}) {
    const Outcome resumed = run(from, {"train", "--resume", name, "--json", "--quiet"});
    EXPECT_EQ(resumed.status, 0) << name << resumed.err;
    EXPECT_EQ(resumed.event("done")["run"], id) << name;
  }
  EXPECT_EQ(run(root, {"runs", "list", "--runs", "exp", "--json"}).events().size(), 1U);
  EXPECT_FALSE(fs::exists(root / path / "lehr.db"));
  EXPECT_FALSE(fs::exists(root / "links/lehr.db"));
  fs::rename(root / "exp", root / "moved");
  EXPECT_EQ(shown_id(root, "moved/" + id), id);
  EXPECT_EQ(run(root, {"runs", "rm", "moved/" + id, "--yes"}).status, 0);
  EXPECT_FALSE(fs::exists(root / "moved" / id));
  EXPECT_EQ(shown_id(root, "latest"), other) << "only the run that was named went";
}

TEST(Folders, ThatLackTheirStoreOrWereCopied) {
  const TemporaryFolder folder;
  const fs::path root = folder.path();
  const std::string id = stopped_run(root, {"--name", "kept"});
  const std::string path = "runs/" + id;
  fs::copy(root / path, root / "runs/zcopy", fs::copy_options::recursive);
  fs::create_directory(root / "away");
  fs::copy(root / path, root / "away" / id, fs::copy_options::recursive);
  EXPECT_EQ(shown_id(root, "latest"), id);
  EXPECT_EQ(run(root, {"train", "--resume", "latest", "--quiet"}).out, path + "/model.safetensors\n")
      << "a copy is older than what it is a copy of";
  expect_not_found(run(root, {"runs", "show", "runs/zcopy"}), "no run \"zcopy\"");
  expect_not_found(run(root, {"runs", "show", "away/" + id}), "expected a run store beside that folder");
  expect_not_found(run(root, {"runs", "rm", "away/" + id, "--yes"}),
                   "expected a run store beside that folder");
  EXPECT_EQ(run(root, {"evaluate", "away/" + id, "--data", "digits:200"}).status, 0);
  EXPECT_EQ(run(root, {"train", "--resume", "away/" + id, "--quiet"}).status, 0);
  EXPECT_EQ(shown_id(root, "away/" + id), id);
  fs::remove_all(root / path);  // the records stay
  EXPECT_EQ(shown_id(root, path), id);
  EXPECT_EQ(shown_id(root, "kept"), id);
  expect_not_found(run(root, {"train", "--resume", path}), path);
  expect_not_found(run(root, {"train", "--resume", "kept"}), "kept");
  expect_not_found(run(root, {"evaluate", "kept", "--data", "digits:200"}), "kept");
  for (const auto& entry : fs::directory_iterator(root / "runs")) {
    if (entry.is_regular_file()) fs::permissions(entry.path(), fs::perms::owner_read);
  }
  EXPECT_EQ(shown_id(root, "kept"), id) << "a store that cannot be written";
}

}  // namespace
}  // namespace lehr::test
