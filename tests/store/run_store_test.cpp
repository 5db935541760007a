#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include <sys/wait.h>

#include "store/run_support.hpp"
#include "support/child_signal.hpp"

namespace lehr::store_test {
namespace {

using namespace store;

/// In single precision, like statistics.
const double next_after_one = static_cast<double>(std::nextafter(1.0F, 2.0F));

TEST(RunStore, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    writer.layers(layer_infos());
    writer.step(step_row(0), stats_rows(0));
    writer.step(step_row(1), {{1, 1, true, 0, Watched::weight_gradient, some_stats(1, 0, false)}});
    writer.step({.step = 1, .epoch = 0, .batch = 0, .training = false, .loss = 0.25});
    writer.epoch({.epoch = 0,
                  .train_loss = 1.5,
                  .train_accuracy = 0.5,
                  .valid_loss = 0.5,
                  .valid_accuracy = 0.9,
                  .metrics = {{"f1_macro", 0.8}},
                  .lr = 0.1,
                  .train_seconds = 2,
                  .valid_seconds = 1});
    writer.environment({{"memory_peak", "1000"}, {"threads", "3"}});
    writer.class_counts({5, 6, 7});
    writer.monitors({{"SaveBest", "valid_loss", true}});
    writer.monitors({{"SaveBest", "valid_loss", true}, {"EarlyStopping", "valid_auroc", false}});
    writer.confusion({{1, 2, 0, 0, 5, 0, 3, 0, 9}});
    writer.pictures({{"filters", "first layer", 0, std::string("\x89PNG\0x", 6)}});
    writer.finish({.reason = "early stopping: valid_auroc", .note = "a note", .stats_share = 0.03});
  }
  const RunRecords run = RunStore(file).read("a");
  EXPECT_EQ(run.info.id, "a");
  EXPECT_EQ(run.info.status, RunStatus::done);
  EXPECT_EQ(run.info.config, "lr = 0.1\n");
  auto environment = run_info("a").environment;
  environment["memory_peak"] = "1000";
  environment["threads"] = "3";
  EXPECT_EQ(run.info.environment, environment);
  EXPECT_EQ(run.info.classes, run_info("a").classes);
  EXPECT_EQ(run.info.stats_share, 0.03);
  EXPECT_GT(run.info.ended, 0);
  EXPECT_EQ(run.info.reason, "early stopping: valid_auroc");
  EXPECT_EQ(run.info.note, "a note");
  EXPECT_EQ(run.monitors, (std::vector<MonitorRow>{{"EarlyStopping", "valid_auroc", false},
                                                   {"SaveBest", "valid_loss", true}}));
  ASSERT_EQ(run.layers.size(), 2U);
  EXPECT_EQ(run.layers[0].forward_seconds, 1e-4);
  EXPECT_EQ(run.layers[0].backward_seconds, 0.0);
  EXPECT_FALSE(run.layers[1].forward_seconds || run.layers[1].backward_seconds);
  EXPECT_EQ(run.layers[0].type, "conv2d + relu");
  EXPECT_EQ(run.layers[0].shape, (std::vector<std::int64_t>{8, 14, 14}));
  EXPECT_TRUE(run.layers[0].inputs.empty());
  EXPECT_EQ(run.layers[1].inputs, std::vector<int>{0});
  ASSERT_EQ(run.steps.size(), 3U);
  EXPECT_EQ(run.steps[0].loss, 2.0);
  EXPECT_FALSE(run.steps[2].training);
  ASSERT_EQ(run.stats.size(), 3U);
  EXPECT_EQ(run.stats[1].layer, 1);
  EXPECT_EQ(run.stats[1].stats.mean, rounded_to_single(some_stats(0, 1).mean));
  EXPECT_EQ(run.stats[1].stats.magnitudes, some_stats(0, 1).magnitudes);
  EXPECT_EQ(run.stats[1].stats.values, some_stats(0, 1).values);
  EXPECT_EQ(run.stats[2].what, Watched::weight_gradient);
  EXPECT_EQ(run.stats[2].stats.magnitudes, MagnitudeHistogram{});
  ASSERT_EQ(run.epochs.size(), 1U);
  EXPECT_EQ(run.epochs[0].metrics.at("f1_macro"), 0.8);
  EXPECT_EQ(run.epochs[0].valid_accuracy, 0.9);
  EXPECT_EQ(run.class_counts, (std::vector<std::int64_t>{5, 6, 7}));
  ASSERT_TRUE(run.confusion);
  EXPECT_EQ(run.confusion->counts, (std::vector<std::int64_t>{1, 2, 0, 0, 5, 0, 3, 0, 9}));
  ASSERT_EQ(run.pictures.size(), 1U);
  EXPECT_EQ(run.pictures[0].png, std::string("\x89PNG\0x", 6));
}

TEST(RunStore, WhoseMakingWasKilledHasNoRuns) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  std::ofstream(file).close();
  EXPECT_TRUE(RunStore(file).runs().empty());
  EXPECT_EQ(std::filesystem::file_size(file), 0U) << "reading leaves the file alone";
  { RunWriter writer(file, run_info("a")); }
  EXPECT_EQ(RunStore(file).runs().size(), 1U);
}

TEST(RunStore, AResumedRunHasNotEndedYet) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    writer.step(step_row(0));
    writer.finish({.status = RunStatus::interrupted, .reason = "time limit", .note = "x"});
  }
  EXPECT_EQ(RunStore(file).run("a").reason, "time limit");
  RunWriter writer(file, run_info("a"), {.step = 1, .epoch = 0});
  EXPECT_EQ(RunStore(file).run("a").reason, "");
  EXPECT_EQ(RunStore(file).run("a").ended, 0);
}

// A layer that was not timed has no time; queries return NULL.
TEST(RunStore, LayersThatWereNotTimedHaveNoTime) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 1);
  int rows = 0;
  RunStore(file).query("SELECT forward_seconds FROM layers ORDER BY number", [&](auto, auto values) {
    EXPECT_EQ(std::holds_alternative<std::monostate>(values[0]), rows == 1);
    return ++rows > 0;
  });
  EXPECT_EQ(rows, 2);
}

TEST(RunStore, NamesMayHoldAnything) {
  const TemporaryFolder folder;
  const auto file = folder / "odd '\" name%?#.db";
  RunInfo info = run_info("<script>'\"; DROP TABLE runs; --\n\xF0\x9F\x94\xA5");
  info.classes = {std::string(10000, 'x'), "a\nb", "'", "", "<b>"};
  {
    RunWriter writer(file, info);
    writer.layers({{.index = 0, .name = "\"; --", .type = "<img src=x>"}});
    writer.finish({.status = RunStatus::failed, .note = "it's \"so\"\n"});
  }
  const RunStore store(file);
  ASSERT_EQ(store.runs().size(), 1U);
  const RunRecords run = store.read(info.id);
  EXPECT_EQ(run.info.classes, info.classes);
  EXPECT_EQ(run.layers[0].name, "\"; --");
  EXPECT_EQ(run.info.note, "it's \"so\"\n");
}

TEST(RunStore, LossesThatAreNoNumbersComeBackAsSuch) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    writer.step({.step = 0, .loss = std::numeric_limits<double>::quiet_NaN(), .lr = 1});
    writer.step({.step = 1, .batch = 1, .loss = std::numeric_limits<double>::infinity(), .lr = 1});
    writer.finish({.status = RunStatus::diverged});
  }
  const auto steps = RunStore(file).steps("a");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_TRUE(std::isnan(steps[0].loss));
  EXPECT_TRUE(std::isinf(steps[1].loss));
}

TEST(RunStore, ReadsFewerBatchesIfAskedTo) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 100);
  const RunRecords run = RunStore(file).read("a", {.most_steps = 10});
  EXPECT_EQ(run.steps.size(), 100U);
  EXPECT_EQ(run.stats.size(), 22U);  // two layers; the extreme near-zero shares are at both ends
  EXPECT_EQ(run.stats.front().step, 0);
  EXPECT_EQ(run.stats[18].step, 90);
  EXPECT_EQ(run.stats.back().step, 99);
}

// The batches are spaced as in a series that thins itself: dense at first, then sparse, with a spike.
TEST(RunStore, ReadsBatchesThatLieEvenlyHoweverTheyWereRecorded) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    for (std::int64_t step = 0; step < 1000; step += step < 100 ? 1 : 50) {
      auto rows = stats_rows(step);
      if (step == 37) rows[1].stats.std = 100;
      writer.step(step_row(step), rows);
    }
  }
  std::vector<std::int64_t> steps;
  for (const StatsRow& row : RunStore(file).read("a", {.most_steps = 10}).stats) {
    if (row.layer == 1) steps.push_back(row.step);
  }
  EXPECT_EQ(steps, (std::vector<std::int64_t>{0, 37, 96, 200, 300, 400, 500, 600, 700, 800, 900, 950}));
}

TEST(RunStore, ResumedRunTakesBackWhatCameLater) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    for (std::int64_t step = 0; step < 8; ++step)
      writer.step(step_row(step, step < 4 ? 0 : 1), stats_rows(step));
    writer.epoch({.epoch = 0, .train_loss = 1});
    writer.epoch({.epoch = 1, .train_loss = 2});
  }
  EXPECT_EQ(RunStore(file).run("a").status, RunStatus::interrupted);
  {
    RunWriter writer(file, run_info("a"), {.step = 6, .epoch = 1});
    EXPECT_EQ(RunStore(file).run("a").status, RunStatus::running);
    writer.step(step_row(6, 1));
    writer.finish({});
  }
  const RunRecords run = RunStore(file).read("a");
  EXPECT_EQ(run.steps.size(), 7U);
  EXPECT_EQ(run.stats.size(), 12U);  // two layers of six steps
  ASSERT_EQ(run.epochs.size(), 1U);
  EXPECT_EQ(run.epochs[0].train_loss, 1);
}

TEST(RunStore, SeveralProcessesWriteAtOnce) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  constexpr int writers = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < writers; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      write_run(file, "run" + std::to_string(i), 300);
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  const RunStore store(file);
  ASSERT_EQ(store.runs().size(), std::size_t{writers});
  for (const RunInfo& run : store.runs()) EXPECT_EQ(store.read(run.id).stats.size(), 600U) << run.id;
}

TEST(RunStore, KilledRunIsInterruptedAndReadable) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  const test::ChildSignal written;
  const pid_t child = fork();
  if (child == 0) {
    RunWriter writer(file, run_info("a"));
    for (std::int64_t step = 0; step < 50; ++step) writer.step(step_row(step), stats_rows(step));
    writer.flush();
    written.send();
    for (std::int64_t step = 50;; ++step) writer.step(step_row(step), stats_rows(step));
  }
  written.wait();
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const RunRecords run = RunStore(file).read("a", {.most_steps = 0});
  EXPECT_EQ(run.info.status, RunStatus::interrupted);
  EXPECT_GE(run.steps.size(), 50U);
  EXPECT_EQ(run.stats.size(), 2 * run.steps.size());  // a batch is read completely or not at all
}

TEST(RunStore, IsReadWhileItIsWritten) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  RunWriter writer(file, run_info("a"));
  std::atomic<bool> stop = false;
  std::thread training([&] {
    for (std::int64_t step = 0; !stop; ++step) {
      writer.step(step_row(step), stats_rows(step));
      // Slower than full speed: otherwise the data would grow faster than a reader can read all of it again.
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  std::size_t last = 0;
  for (int i = 0; i < 20; ++i) {
    const RunRecords run = RunStore(file).read("a", {.most_steps = 0});
    EXPECT_EQ(run.stats.size(), 2 * run.steps.size());
    EXPECT_GE(run.steps.size(), last);
    last = run.steps.size();
  }
  stop = true;
  training.join();
}

TEST(RunStore, TakesRunsOutAndGivesSpaceBack) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 2000);
  write_run(file, "b", 10);
  const auto before = std::filesystem::file_size(file);
  remove_runs(file, std::vector<std::string>{"a", "nobody"});
  const RunStore store(file);
  ASSERT_EQ(store.runs().size(), 1U);
  EXPECT_EQ(store.read("b").stats.size(), 20U);
  std::int64_t left = -1;
  store.query("SELECT count(*) FROM stats", [&](auto, auto values) {
    left = std::get<std::int64_t>(values[0]);
    return true;
  });
  EXPECT_EQ(left, 20);
  EXPECT_LT(std::filesystem::file_size(file), before / 4);
}

TEST(RunComparison, FindsTheFirstBatchLayerAndStatistic) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 20);
  {
    RunWriter writer(file, run_info("b"));
    writer.layers(layer_infos());
    for (std::int64_t step = 0; step < 25; ++step) {
      StepRow row = step_row(step);
      if (step >= 7) row.loss += 1;
      auto stats = stats_rows(step);
      if (step >= 7) stats[1].stats.std = next_after_one;
      if (step >= 8) stats[0].stats.mean = 9;
      writer.step(row, stats);
    }
    writer.finish({});
  }
  const RunComparison found = RunStore(file).compare("a", "b");
  EXPECT_EQ(found.common, 20);
  EXPECT_EQ(found.only_a, 0);
  EXPECT_EQ(found.only_b, 5);
  ASSERT_TRUE(found.first);
  EXPECT_EQ(found.first->step, 7);
  EXPECT_EQ(found.first->layer, "2");
  EXPECT_EQ(found.first->tensor, "activation");
  EXPECT_EQ(found.first->statistic, "std");
  EXPECT_EQ(found.first->a, 1.0);
  EXPECT_EQ(found.first->b, next_after_one);
  EXPECT_FALSE(RunStore(file).compare("a", "a").first);
}

TEST(RunComparison, ALossAloneIsADifference) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 5);
  {
    RunWriter writer(file, run_info("b"));
    for (std::int64_t step = 0; step < 5; ++step) {
      StepRow row = step_row(step);
      if (step == 3) row.loss = std::nextafter(row.loss, 0);
      writer.step(row);
    }
  }
  const auto found = RunStore(file).compare("a", "b");
  ASSERT_TRUE(found.first);
  EXPECT_EQ(found.first->step, 3);
  EXPECT_EQ(found.first->layer, "");
  EXPECT_EQ(found.first->statistic, "loss");
}

TEST(RunQuery, GivesColumnsAndValues) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  std::vector<std::string> names;
  int rows = 0;
  RunStore(file).query("SELECT name, batch_size, stats_share, NULL AS missing FROM runs;",
                       [&](auto columns, auto values) {
                         names.assign(columns.begin(), columns.end());
                         EXPECT_EQ(std::get<std::string>(values[0]), "a");
                         EXPECT_EQ(std::get<std::int64_t>(values[1]), 64);
                         EXPECT_EQ(std::get<double>(values[2]), 0.01);
                         EXPECT_TRUE(std::holds_alternative<std::monostate>(values[3]));
                         ++rows;
                         return true;
                       });
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(names, (std::vector<std::string>{"name", "batch_size", "stats_share", "missing"}));
}

TEST(RunQuery, EndsIfTheActionReturnsFalse) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  int rows = 0;
  RunStore(file).query("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
                       [&](auto, auto) { return ++rows < 10; });
  EXPECT_EQ(rows, 10);
}

class Writing : public testing::TestWithParam<const char*> {};

TEST_P(Writing, IsRefusedInAQuery) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  const std::string other = folder / "other.db";
  std::string sql = GetParam();
  if (const auto at = sql.find("OTHER"); at != std::string::npos) sql.replace(at, 5, other);
  const RunStore store(file);
  expect_says(bad_input_of([&] { store.query(sql, [](auto, auto) { return true; }); }), {"SELECT", "found"});
  EXPECT_FALSE(std::filesystem::exists(other));
  EXPECT_EQ(store.runs().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Sql, Writing,
                         testing::Values("DELETE FROM runs", "DROP TABLE steps", "ATTACH 'OTHER' AS o",
                                         "PRAGMA journal_mode = DELETE", "VACUUM INTO 'OTHER'",
                                         "CREATE TEMP TABLE t(x)", "INSERT INTO runs(name) VALUES('x')",
                                         "UPDATE runs SET name = 'x'", "BEGIN"));

TEST(RunQuery, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  const RunStore store(file);
  const auto failing = [&](const std::string& sql) {
    return bad_input_of([&] { store.query(sql, [](auto, auto) { return true; }); });
  };
  expect_says(failing("SELECT nope FROM runs"), {"no such column", "nope"});
  expect_says(failing("SELEC"), {"syntax error"});
  expect_says(failing("  ;"), {"expected an SQL statement"});
  expect_says(failing("SELECT 1; SELECT 2"), {"one SQL statement"});
  for (const std::string_view sql : {std::string_view("SELECT 1\0", 9), std::string_view("\0", 1),
                                     std::string_view("SELECT 1;\0SELECT 2", 18)}) {
    expect_says(failing(std::string(sql)), {"cannot hold a NUL character", "\\x00"});
    expect_says(bad_input_of([&] { store.columns(std::string(sql)); }), {"NUL character"});
  }
}

}  // namespace
}  // namespace lehr::store_test
