// lehr runs: lists, compares, exports and removes the runs of earlier trainings.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

/// A folder with two runs, "first" and "second".
class Runs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder();
    first_ = train({"--name", "first", "--stats", "--stats-every", "1", "--seed", "1"});
    second_ = train({"--name", "second", "--seed", "2", "--batch-norm"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string train(const std::vector<std::string>& options) {
    return trained_run(folder_->path(), options);
  }
  static Outcome runs(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "runs");
    return run(folder_->path(), arguments);
  }

  static inline TemporaryFolder* folder_ = nullptr;
  static inline std::string first_;
  static inline std::string second_;
};

TEST_F(Runs, AreListedOldestFirst) {
  const Outcome outcome = runs({"list", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto events = outcome.events();
  ASSERT_GE(events.size(), 2U);
  EXPECT_EQ(events[0]["run"], first_);
  EXPECT_EQ(events[0]["name"], "first");
  EXPECT_EQ(events[0]["status"], "done");
  EXPECT_EQ(events[0]["epochs_done"], 2);
  EXPECT_GT(events[0]["stats_overhead"], 0);
  EXPECT_EQ(events[1]["run"], second_);
  const std::string text = runs({"list"}).out;
  EXPECT_NE(text.find(first_), std::string::npos);
  EXPECT_NE(text.find("valid acc"), std::string::npos);
}

TEST_F(Runs, AreShownWithEpochsLayersAndOptions) {
  const Outcome outcome = runs({"show", first_});
  EXPECT_EQ(outcome.status, 0);
  for (const char* part :
       {"conv2d + activation", "batch-size = 64", "processor", "train loss", "digits:200"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(runs({"show", "latest", "--json"}).events()[0]["run"], second_);
  EXPECT_EQ(runs({"show", "runs/" + first_ + "/", "--json"}).events()[0]["run"], first_);
  EXPECT_EQ(runs({"show", "second", "--json"}).events()[0]["run"], second_);
  EXPECT_EQ(runs({"show", first_, "--json"}).events().size(), 3U);  // and two epochs
}

TEST_F(Runs, SayWhyTheyEnded) {
  trained_run(folder_->path(), {"--out", "early", "--early-stopping", "1", "--lr", "0", "--schedule",
                                "constant", "--epochs", "5"});
  const std::string reason = runs({"list", "--runs", "early", "--json"}).events().at(0)["reason"];
  EXPECT_TRUE(reason.starts_with("early_stopping: valid_loss has not improved for 1 epoch; ")) << reason;
  EXPECT_NE(runs({"show", "--runs", "early", "latest"}).out.find(reason), std::string::npos);
  const std::string listed = runs({"list", "--runs", "early"}).out;
  EXPECT_NE(listed.find("ended by"), std::string::npos) << listed;
  EXPECT_NE(listed.find("early stopping"), std::string::npos) << listed;
  EXPECT_EQ(runs({"list", "--json"}).events().at(0)["reason"], "completed");
  EXPECT_EQ(runs({"list"}).out.find("ended by"), std::string::npos);
}

TEST_F(Runs, AreComparedByTheOptionsThatDiffer) {
  const std::string text = runs({"compare", first_, second_}).out;
  EXPECT_NE(text.find("batch-norm"), std::string::npos);
  EXPECT_NE(text.find("seed"), std::string::npos);
  EXPECT_EQ(text.find("batch-size"), std::string::npos) << "equal options are left out";
}

TEST_F(Runs, PartWhereTheirNumbersDo) {
  const auto event = runs({"diff", first_, second_, "--json"}).event("diff");
  EXPECT_EQ(event["equal"], false);
  EXPECT_EQ(event["step"], 0);
  EXPECT_EQ(event["statistic"], "loss");
  EXPECT_EQ(runs({"diff", first_, first_, "--json"}).event("diff")["equal"], true);
}

TEST_F(Runs, WithEqualSeedsAreEqualToTheBit) {
  const std::string again = train({"--stats", "--stats-every", "1", "--seed", "1"});
  const auto event = runs({"diff", first_, again, "--json"}).event("diff");
  EXPECT_EQ(event["equal"], true) << event;
  EXPECT_EQ(event["common_batches"], 8);
}

TEST_F(Runs, AreExported) {
  const Outcome csv = runs({"export", first_, "--table", "steps"});
  EXPECT_EQ(std::ranges::count(csv.out, '\n'), 9);
  EXPECT_TRUE(csv.out.starts_with("step,epoch,batch,training,loss,lr,momentum\n0,0,0,1,"));
  const auto stats = runs({"export", first_, "--table", "stats", "--format", "jsonl"}).events();
  EXPECT_EQ(stats.size(), 8U * 5);
  EXPECT_EQ(stats[0]["layer"], "0");
  const Outcome file = runs({"export", first_, "--table", "layers", "--out", "layers.csv"});
  EXPECT_EQ(file.status, 0);
  EXPECT_EQ(file.out, "");
  EXPECT_NE(read_file(folder_->path() / "layers.csv").find("\"[8,14,14]\""), std::string::npos);
}

TEST_F(Runs, ShowTheirMetricsEverywhere) {
  const Outcome trained = run(folder_->path(), {"train", "--data", "digits:200", "--epochs", "2", "--metrics",
                                                "f1_macro,top_3_accuracy", "--out", "metrics"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const auto expect_metrics = [](const std::string& text, const std::string& prefix) {
    EXPECT_NE(text.find(prefix + "f1_macro"), std::string::npos) << text;
    EXPECT_NE(text.find(prefix + "top_3_accuracy"), std::string::npos) << text;
  };
  expect_metrics(trained.err, "  ");
  const auto of_run = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, "latest");
    arguments.insert(arguments.end(), {"--runs", "metrics"});
    return runs(arguments);
  };
  const Outcome csv = of_run({"export", "--table", "epochs"});
  EXPECT_TRUE(
      csv.out.starts_with("epoch,train_loss,train_accuracy,valid_loss,valid_accuracy,lr,train_seconds,"
                          "valid_seconds,valid_f1_macro,valid_top_3_accuracy\n"))
      << csv.out << csv.err;
  const auto rows = of_run({"export", "--table", "epochs", "--format", "jsonl"}).events();
  const auto shown = of_run({"show", "--json"}).events();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_GT(rows[1]["valid_f1_macro"], 0);
  EXPECT_EQ(rows[1]["valid_f1_macro"], shown.at(2)["valid_f1_macro"]);
  EXPECT_EQ(rows[1]["valid_f1_macro"], shown.at(0)["valid_f1_macro"]) << "the last epoch's, of the run";
  expect_metrics(of_run({"show"}).out, "valid ");
  expect_metrics(of_run({"compare", "metrics/" + shown.at(0)["run"].get<std::string>()}).out, "valid ");
  const std::string text = run(folder_->path(), {"report", "latest", "--runs", "metrics", "--text"}).out;
  EXPECT_NE(text.find("f1_macro"), std::string::npos) << text;
}

TEST_F(Runs, AreReadByThePythonOfThePage) {
  const std::string page = read_file(fs::path(LEHR_SOURCE_DIR) / "docs/run-store.md");
  const std::size_t begin = page.find("```python\n") + 10;
  write_file(folder_->path() / "read.py", page.substr(begin, page.find("```", begin) - begin));
  const std::string command = "cd " + folder_->path().string() + " && python3 read.py > read.txt 2> read.err";
  if (std::system("python3 -c 'import sqlite3' 2> /dev/null") != 0) GTEST_SKIP() << "there is no Python";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_file(folder_->path() / "read.err");
  const std::string said = read_file(folder_->path() / "read.txt");
  std::string list = runs({"sql",
                           "SELECT counts(magnitudes) AS c FROM stats JOIN steps ON steps.id = step_id WHERE "
                           "layer = 0 ORDER BY step LIMIT 1",
                           "--json"})
                         .events()
                         .at(0)["c"];
  for (std::size_t at = list.find(','); at != std::string::npos; at = list.find(',', at + 2))
    list.replace(at, 1, ", ");
  EXPECT_NE(said.find("0 " + list), std::string::npos) << said.substr(0, 300);
}

TEST_F(Runs, AnswerSql) {
  const auto rows = runs({"sql", "SELECT count(*) AS n FROM steps", "--json"}).events();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_GE(rows[0]["n"], 16);
  const Outcome refused = runs({"sql", "DELETE FROM runs"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("only SELECT is allowed"), std::string::npos);
  EXPECT_EQ(runs({"list", "--json"}).status, 0);
}

TEST_F(Runs, AreRemovedWithTheirFolders) {
  const std::string gone = train({});
  EXPECT_EQ(runs({"rm", gone}).status, 2);  // no terminal to ask on
  EXPECT_EQ(runs({"rm", gone, "--yes"}).status, 0);
  EXPECT_FALSE(fs::exists(folder_->path() / "runs" / gone));
  const Outcome unknown = runs({"show", gone});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("unknown run"), std::string::npos);
}

TEST_F(Runs, LeaveNothingThatNobodyNeeds) {
  const std::string done = train({});
  const fs::path folder = folder_->path() / "runs" / done;
  const std::string lost = train({});
  fs::remove_all(folder_->path() / "runs" / lost);
  write_file(folder / ".lehr-1-2-3.tmp", "left over");
  EXPECT_EQ(runs({"gc", "--dry-run"}).status, 0);
  EXPECT_TRUE(fs::exists(folder / "checkpoints"));
  EXPECT_EQ(runs({"gc"}).status, 0);
  EXPECT_FALSE(fs::exists(folder / "checkpoints"));
  EXPECT_FALSE(fs::exists(folder / ".lehr-1-2-3.tmp"));
  EXPECT_TRUE(fs::exists(folder / "model.safetensors"));
  EXPECT_EQ(runs({"show", lost}).status, 0) << "records stay unless asked for";
  EXPECT_EQ(runs({"gc", "--lost"}).status, 0);
  EXPECT_EQ(runs({"show", lost}).status, 2);
  EXPECT_EQ(runs({"show", done}).status, 0);
}

TEST_F(Runs, ThatWereKilledAreInterruptedAndGoOn) {
  Running training(folder_->path(), {"train", "--data", "digits:2000", "--epochs", "500", "--json", "--quiet",
                                     "--checkpoint-batches", "5", "--out", "killed"});
  ASSERT_TRUE(training.wait_for_output("\"epoch\":40,"));  // several transactions later
  EXPECT_EQ(runs({"list", "--runs", "killed", "--json"}).events().at(0)["status"], "running");
  const Outcome busy = runs({"rm", "latest", "--yes", "--runs", "killed"});
  EXPECT_EQ(busy.status, 2);
  EXPECT_NE(busy.err.find("still running"), std::string::npos);
  training.signal(SIGKILL);
  training.wait();
  const auto killed = runs({"list", "--runs", "killed", "--json"}).events().at(0);
  EXPECT_EQ(killed["status"], "interrupted");
  const std::int64_t steps =
      runs({"sql", "SELECT count(*) AS n FROM steps", "--json", "--runs", "killed"}).events().at(0)["n"];
  EXPECT_GT(steps, 0);
}

/// A training with a file size limit of 500 kB: enough for checkpoints, but not for all of the
/// records.
Outcome train_with_little_space(const fs::path& folder, std::vector<std::string> more) {
  std::vector<std::string> arguments{"train",     "--data", "digits:1000", "--epochs",     "6",
                                     "--quiet",   "--seed", "1",           "--batch-size", "2",
                                     "--threads", "1",      "--lr",        "0.001"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return Running(folder, arguments, 500'000).wait();
}

TEST_F(Runs, GoOnWhereTheStoreCannotGrow) {
  const Outcome outcome = train_with_little_space(folder_->path(), {"--out", "small"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("the training goes on unrecorded"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("unrecorded"), outcome.err.rfind("unrecorded")) << "once";
  EXPECT_TRUE(fs::exists(folder_->path() / outcome.out.substr(0, outcome.out.size() - 1)));
  EXPECT_EQ(runs({"list", "--runs", "small", "--json"}).events().size(), 1U);
}

TEST_F(Runs, StopWhereTheirRecordsAreRequired) {
  const Outcome outcome = train_with_little_space(folder_->path(), {"--out", "strict", "--require-records"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("the training stops"), std::string::npos) << outcome.err;
  const std::size_t at = outcome.err.find("--resume ");
  ASSERT_NE(at, std::string::npos) << outcome.err;
  const std::string path = outcome.err.substr(at + 9, outcome.err.find('\n', at) - at - 9);
  // When there is space again, it continues in the same records.
  const Outcome resumed = run(folder_->path(), {"train", "--resume", path, "--out", "strict", "--quiet"});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  const auto counts =
      runs({"sql", "SELECT count(*) AS n, max(step) AS last FROM steps", "--json", "--runs", "strict"})
          .events()
          .at(0);
  EXPECT_EQ(counts["last"], 6 * 500 - 1);
  EXPECT_GE(counts["n"], 6 * 500 - 512) << "no more than what waited is lost";
  EXPECT_EQ(run(folder_->path(), {"train", "--no-save", "--require-records"}).status, 2);
}

TEST_F(Runs, NamesMayBeHostile) {
  const std::string name =
      "<script>alert(1)</script> \"'; DROP TABLE runs; -- \n\xF0\x9F\x94\xA5" + std::string(10000, 'x');
  train({"--name", name, "--out", "odd"});
  EXPECT_EQ(runs({"list", "--runs", "odd", "--json"}).events().at(0)["name"], name);
  const std::string text = runs({"list", "--runs", "odd"}).out;
  EXPECT_LT(text.size(), 1000U);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(Runs, ANamelessStoreIsOneSentence) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"list", "--runs", "nowhere"},
                                                                     {"show", "x", "--runs", "nowhere"},
                                                                     {"compare", first_},
                                                                     {"diff", first_},
                                                                     {"export", first_, "--table", "step"},
                                                                     {"export", first_, "--format", "xml"},
                                                                     {"show", "2"},
                                                                     {"sql", "SELEC"},
                                                                     {"sql", ""}}) {
    const Outcome outcome = runs(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments[0];
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(Runs, OfATimeThatIsNoneAreListed) {
  const std::string id = train({"--out", "timeless"});
  for (const char* time : {"9223372036854775807", "9e999", "-9e999", "1e17", "253402300799"}) {
    const std::string change = "cd " + folder_->path().string() +
                               " && python3 -c \"import sqlite3; c = sqlite3.connect('timeless/lehr.db'); "
                               "c.execute('UPDATE runs SET started = " +
                               time + "'); c.commit()\"";
    if (std::system(change.c_str()) != 0) GTEST_SKIP() << "there is no Python";
    const Outcome listed = runs({"list", "--runs", "timeless"});
    EXPECT_EQ(listed.status, 0) << time << listed.err;
    EXPECT_NE(listed.out.find(id + "  done    -  "), std::string::npos) << listed.out;
    const Outcome shown = runs({"show", id, "--runs", "timeless"});
    EXPECT_EQ(shown.status, 0) << time << shown.err;
  }
}

TEST_F(Runs, AnswerSqlAsJsonOnlyIfEachColumnHasAName) {
  for (const std::vector<std::string>& json : {std::vector<std::string>{"--json"}, {"--format", "jsonl"}}) {
    std::vector<std::string> arguments{"sql", "SELECT 1 AS a, 2 AS a"};
    arguments.insert(arguments.end(), json.begin(), json.end());
    const Outcome outcome = runs(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_NE(outcome.err.find("two columns are called \"a\""), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(runs({"sql", "SELECT 1 AS a, 2 AS a", "--format", "csv"}).out, "a,a\n1,2\n");
}

TEST_F(Runs, AStoreThatIsNoneIsRefusedBeforeTraining) {
  fs::create_directories(folder_->path() / "bad");
  write_file(folder_->path() / "bad/lehr.db", "no database at all, only some text that is long enough");
  const Outcome outcome = run(folder_->path(), {"train", "--data", "digits:200", "--out", "bad", "--quiet"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("expected a run store"), std::string::npos) << outcome.err;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_->path() / "bad"), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace lehr::test
