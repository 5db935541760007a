// Which process may write which run, what a killed writer leaves, and the effects of damage.
#include <sqlite3.h>
#include <unistd.h>

#include <sys/wait.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include "store/process_mark.hpp"
#include "store/run_support.hpp"
#include "store/sqlite.hpp"
#include "support/child_signal.hpp"

namespace lehr::store_test {
namespace {

using namespace store;
namespace fs = std::filesystem;

/// The error message of a call; empty if it succeeds.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
    return "";
  } catch (const BadInput& error) {
    return error.what();
  }
}

std::string writing(const fs::path& file, const std::string& id, ResumedAt resumed = {}) {
  return error_of([&] { RunWriter writer(file, run_info(id), resumed); });
}

std::int64_t number(const fs::path& file, const std::string& sql) {
  return Database(file, Access::read).number(sql);
}

TEST(RunWriter, RefusesARunThatIsDone) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 5);
  expect_says(writing(file, "a"), {"lehr.db", "\"a\" is there already"});
  EXPECT_EQ(RunStore(file).steps("a").size(), 5U);
  EXPECT_EQ(writing(file, "a", {.step = 3, .epoch = 0}), "") << "a resumed one goes on";
}

TEST(RunWriter, RefusesARunThatIsBeingRecorded) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  RunWriter writer(file, run_info("a"));
  writer.step(step_row(0));
  expect_says(writing(file, "a"), {"is being recorded by process " + std::to_string(getpid())});
  expect_says(writing(file, "a", {.step = 1, .epoch = 0}), {"is being recorded"});
  writer.finish({});
  EXPECT_EQ(RunStore(file).steps("a").size(), 1U);
}

TEST(RunWriter, ReplacesARunThatDidNotFinish) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"));
    for (std::int64_t step = 0; step < 5; ++step) writer.step(step_row(step), stats_rows(step));
  }
  RunInfo info = run_info("a");
  info.classes = {"only one"};
  {
    RunWriter writer(file, info);
    writer.step(step_row(0));
    writer.finish({});
  }
  const RunRecords run = RunStore(file).read("a");
  EXPECT_EQ(run.steps.size(), 1U);
  EXPECT_TRUE(run.stats.empty());
  EXPECT_EQ(run.info.classes, info.classes);
}

TEST(RunWriter, KeepsForeignKeys) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 20);
  write_run(file, "b", 20);
  RunWriter(file, run_info("b"), {.step = 10, .epoch = 0}).step(step_row(10), stats_rows(10));
  remove_runs(file, std::vector<std::string>{"a"});
  EXPECT_EQ(number(file, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
  EXPECT_EQ(number(file, "SELECT count(*) FROM stats"), 22);
  EXPECT_EQ(number(file, "SELECT count(*) FROM pragma_foreign_key_list('batch_stats')"), 1);
}

/// Writes a run without end. Signals `begun` when its first steps are in the store.
[[noreturn]] void write_on(const fs::path& file, const std::string& id, const test::ChildSignal& begun) {
  RunWriter writer(file, run_info(id), {}, {.interval = 0.002, .rows = 4});
  writer.layers(layer_infos());
  for (std::int64_t step = 0;; ++step) {
    writer.step(step_row(step), stats_rows(step));
    if (step % 16 == 0) usleep(500);
    if (step != 20) continue;
    writer.flush();
    begun.send();
  }
}

// Four writers at a time are killed at different moments, half of them after they have written. Everything
// committed is in the store, batch by batch.
TEST(RunWriter, MayBeKilledAtAnyInstant) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  std::mt19937 random(7);
  constexpr int rounds = 10;
  constexpr int writers = 4;
  for (int round = 0; round < rounds; ++round) {
    std::vector<pid_t> children;
    const std::array<test::ChildSignal, writers> begun{};
    for (std::size_t i = 0; i < writers; ++i) {
      const pid_t child = fork();
      if (child == 0) write_on(file, std::to_string(round) + "-" + std::to_string(i), begun[i]);
      children.push_back(child);
    }
    for (std::size_t i = 0; i < writers; ++i) {
      if (i % 2 == 1) begun[i].wait();
      usleep(static_cast<useconds_t>(random() % 20'000));
      kill(children[i], SIGKILL);
      waitpid(children[i], nullptr, 0);
    }
  }
  write_run(file, "last", 3);
  const RunStore store(file);
  std::size_t steps = 0;
  for (const RunInfo& info : store.runs()) {
    if (info.id == "last") continue;
    const RunRecords run = store.read(info.id, {.most_steps = 0});
    EXPECT_EQ(run.info.status, RunStatus::interrupted) << info.id;
    EXPECT_EQ(run.stats.size(), 2 * run.steps.size()) << info.id;
    for (std::size_t i = 0; i < run.steps.size(); ++i)
      ASSERT_EQ(run.steps[i].step, static_cast<std::int64_t>(i)) << info.id;
    steps += run.steps.size();
  }
  EXPECT_GE(steps, 21U * rounds * writers / 2);
  EXPECT_EQ(number(file, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

// The first process makes the store.
TEST(RunWriter, SeveralMayMakeOneStoreAtOnce) {
  const TemporaryFolder folder;
  for (int round = 0; round < 10; ++round) {
    const auto file = folder / (std::to_string(round) + ".db");
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
      const pid_t child = fork();
      if (child == 0) {
        const std::string failure = error_of([&] { write_run(file, std::to_string(i), 2); });
        if (!failure.empty()) std::fprintf(stderr, "%s\n", failure.c_str());
        _exit(failure.empty() ? 0 : 1);
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = 1;
      waitpid(child, &status, 0);
      EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(RunStore(file).runs().size(), 6U);
  }
}

TEST(RunWriter, LeavesNoGapIfItFails) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  RunWriter writer(file, run_info("a"), {}, {.interval = 0.005, .rows = 8, .patience = 0.02});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  std::int64_t step = 0;
  for (; step < 20; ++step) writer.step(step_row(step), stats_rows(step));
  writer.flush();
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  for (; writer.failure().empty(); ++step) {
    writer.step(step_row(step), stats_rows(step));
    usleep(100);
  }
  sqlite3_close(other);
  for (int i = 0; i < 50; ++i, ++step) writer.step(step_row(step), stats_rows(step));
  writer.finish({});
  const RunStore store(file);
  EXPECT_EQ(store.steps("a").size(), 20U);
  expect_says(store.run("a").note, {"recording ended early", "another process has locked"});
}

TEST(ProcessMarks, TellWhetherAProcessIsThere) {
  const ProcessMark mine = ProcessMark::mine();
  EXPECT_EQ(alive(mine), Alive::yes);
  EXPECT_EQ(alive({mine.host, mine.process, mine.start + 1}), Alive::no) << "its number was given again";
  EXPECT_EQ(alive({mine.host + "0", mine.process, mine.start}), Alive::unknown) << "another container";
  EXPECT_EQ(alive({"elsewhere/boot/pid", mine.process, mine.start}), Alive::unknown);
  const std::string host = mine.host.substr(0, mine.host.find('/'));
  EXPECT_EQ(alive({host + "/boot/pid", mine.process, mine.start}), Alive::no) << "before the last boot";
}

TEST(RunStore, IsLockedAsAWhole) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE", nullptr, nullptr, nullptr),
      SQLITE_OK);
  expect_says(bad_input_of([&] { const Database database(file, Access::read, 0.05); }),
              {"lehr.db", "another process has locked"});
  sqlite3_close(other);
}

// Damage anywhere in the file or its log gives one sentence or an answer, from every function.
TEST(RunStore, DamageIsOneSentenceWhereverOneEnters) {
  const TemporaryFolder folder;
  const auto whole = folder / "whole.db";
  write_run(whole, "a", 30);
  write_run(whole, "b", 30);
  RunWriter open(whole, run_info("c"));  // keeps the log
  open.layers(layer_infos());
  for (std::int64_t step = 0; step < 20; ++step) open.step(step_row(step), stats_rows(step));
  open.flush();
  const std::string bytes = read_all(whole);
  const std::string log = read_all(whole.string() + "-wal");
  ASSERT_GT(log.size(), 1000U);
  std::mt19937 random(3);
  const auto damaged = [&](std::string text) {
    for (int k = 0; k < 20; ++k) text[random() % text.size()] = static_cast<char>(random());
    return random() % 4 == 0 ? text.substr(0, random() % text.size()) : text;
  };
  const auto file = folder / "damaged.db";
  std::string left = file.string() + "-shm";
  const auto enter = [](auto action) {
    try {
      action();
      return 0;
    } catch (const BadInput& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      return 1;
    }
  };
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    const bool in_log = i % 2 == 0;
    fs::remove(left);
    write_all(file, in_log ? bytes : damaged(bytes));
    write_all(file.string() + "-wal", in_log ? damaged(log) : log);
    refused += enter([&] { RunStore(file).compare("a", "b"); });
    refused += enter([&] {
      RunStore(file).query("SELECT *, counts(magnitudes) FROM stats", [](auto, auto) { return true; });
    });
    refused += enter([&] { write_run(file, "new", 3); });
    refused += enter([&] { remove_runs(file, std::vector<std::string>{"a", "c"}); });
    refused += enter([&] {
      const RunStore store(file);
      for (const RunInfo& run : store.runs()) store.read(run.id, {.most_steps = 0});
    });
  }
  EXPECT_GT(refused, 10);
}

TEST(RunQuery, GivesHistogramsAsCounts) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  const RunStore store(file);
  std::vector<Value> found;
  store.query("SELECT counts(magnitudes), magnitudes, counts(NULL) FROM stats ORDER BY step_id DESC, layer",
              [&](auto, auto values) {
                found.assign(values.begin(), values.end());
                return false;
              });
  ASSERT_EQ(found.size(), 3U);
  const std::string counts = std::get<std::string>(found[0]);
  EXPECT_TRUE(counts.starts_with("[700,0,0,")) << counts;
  EXPECT_TRUE(counts.ends_with(",0,2,3]")) << counts;
  EXPECT_EQ(std::get<std::string>(found[1]), "bc0500260203");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(found[2]));
}

TEST(RunQuery, TakesCommentsForWhatTheyAre) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  const RunStore store(file);
  const auto asked = [&](const std::string& sql) {
    return error_of([&] { store.query(sql, [](auto, auto) { return true; }); });
  };
  EXPECT_EQ(asked("SELECT 1; -- the end\n"), "");
  EXPECT_EQ(asked("/* first */ SELECT 1"), "");
  expect_says(asked("-- nothing"), {"expected an SQL statement"});
}

TEST(RunComparison, AHistogramMayDifferAlone) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 5);
  {
    RunWriter writer(file, run_info("b"));
    for (std::int64_t step = 0; step < 5; ++step) {
      auto stats = stats_rows(step);
      if (step >= 2) ++stats[1].stats.magnitudes.counts[7];
      writer.step(step_row(step), stats);
    }
  }
  const auto found = RunStore(file).compare("a", "b");
  ASSERT_TRUE(found.first);
  EXPECT_EQ(found.first->step, 2);
  EXPECT_EQ(found.first->statistic, "magnitudes");
  EXPECT_TRUE(std::isnan(found.first->a) && std::isnan(found.first->b));
}

}  // namespace
}  // namespace lehr::store_test
