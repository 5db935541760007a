#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "store/run_support.hpp"
#include "support/ordinary_user.hpp"
#include "support/small_disk.hpp"

namespace lehr::store_test {
namespace {

using namespace store;
namespace fs = std::filesystem;

void execute(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

std::string reading(const fs::path& file) {
  return bad_input_of([&] { RunStore store(file); });
}

std::string writing(const fs::path& file) {
  return bad_input_of([&] { RunWriter writer(file, run_info("x")); });
}

TEST(HostileStore, IsMissing) {
  const TemporaryFolder folder;
  expect_says(reading(folder / "none.db"), {"none.db", "no such file"});
  EXPECT_EQ(folder.entries(), 0U);
}

TEST(HostileStore, IsAFolder) {
  const TemporaryFolder folder;
  expect_says(reading(folder.path()), {"folder"});
  expect_says(writing(folder.path()), {"folder"});
}

TEST(HostileStore, IsNoDatabase) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_all(file, std::string(5000, 'x'));
  expect_says(reading(file), {"lehr.db", "expected a run store", "no SQLite"});
  expect_says(writing(file), {"lehr.db", "expected a run store"});
  EXPECT_EQ(read_all(file), std::string(5000, 'x'));
}

TEST(HostileStore, IsAnotherPrograms) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  execute(file, "CREATE TABLE t(x)");
  expect_says(reading(file), {"expected a run store", "another program"});
  expect_says(writing(file), {"another program"});
}

TEST(HostileStore, IsOfAnotherVersion) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  execute(file, "PRAGMA user_version = 99");
  expect_says(reading(file),
              {"expected a run store of version " + std::to_string(schema_version), "found version 99"});
  expect_says(writing(file), {"version 99"});
  expect_says(bad_input_of([&] { check_run_store(file); }), {"version 99"});
}

TEST(HostileStore, IsCut) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 200);
  fs::resize_file(file, fs::file_size(file) / 2 / 4096 * 4096);
  expect_says(bad_input_of([&] { RunStore(file).read("a", {.most_steps = 0}); }), {"lehr.db", "damaged"});
}

// If any byte is damaged, the result is an error or an answer, never a crash.
TEST(HostileStore, HasDamagedBytes) {
  const TemporaryFolder folder;
  const auto whole = folder / "whole.db";
  write_run(whole, "a", 30);
  const std::string bytes = read_all(whole);
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::string damaged = bytes;
    for (int k = 0; k < 8; ++k) damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto file = folder / "damaged.db";
    write_all(file, damaged);
    try {
      const RunStore store(file);
      for (const RunInfo& run : store.runs()) store.read(run.id, {.most_steps = 0});
    } catch (const BadInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10);
}

TEST(HostileStore, HasHistogramsOfAnotherLength) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  for (const char* blob : {"x'01'", "x'0005'", "x'00FFFFFFFFFFFFFFFFFFFF'", "x'00FF01'", "zeroblob(100)"}) {
    execute(file, std::string("UPDATE batch_stats SET histograms = ") + blob);
    expect_says(bad_input_of([&] { RunStore(file).read("a"); }), {"run store", "damaged"});
  }
}

TEST(HostileStore, HasNumbersThatAreNone) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  for (const char* text : {"", "{}", "[[]]", "[1,2]", "[[0,\"activation\",1,0,\"x\",0,0,0,0,0,0,0,0,0,0,0]]",
                           "[[0,\"activation\",1,0,1e999,0,0,0,0,0,0,0,0,0,0,0]]"}) {
    execute(file, std::string("UPDATE batch_stats SET numbers = '").append(text).append("'"));
    expect_says(bad_input_of([&] { RunStore(file).read("a"); }), {"run store", "damaged"});
  }
}

TEST(HostileStore, HasWordsThatNobodyKnows) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  execute(file, "UPDATE batch_stats SET numbers = replace(numbers, 'activation', 'thing')");
  expect_says(bad_input_of([&] { RunStore(file).read("a"); }), {"unknown tensor", "thing"});
}

TEST(HostileStore, IsLocked) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(RunStore(file).runs().size(), 1U);  // readers still work
  expect_says(bad_input_of([&] { RunWriter writer(file, run_info("b"), {}, {.patience = 0.05}); }),
              {"another process has locked"});
  sqlite3_close(other);
}

TEST(HostileStore, ALockThatPassesCostsNothing) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  RunWriter writer(file, run_info("a"), {}, {.patience = 60});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  writer.step(step_row(0), stats_rows(0));
  std::thread release([&] {
    usleep(300'000);
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
  });
  writer.flush();
  release.join();
  sqlite3_close(other);
  EXPECT_EQ(writer.failure(), "");
  EXPECT_EQ(RunStore(file).steps("a").size(), 1U);
}

TEST(HostileStore, ALockThatStaysEndsTheRecordingAlone) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  RunWriter writer(file, run_info("a"), {}, {.most_waiting = 100, .patience = 0.05});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  for (std::int64_t step = 0; step < 1000; ++step) writer.step(step_row(step), stats_rows(step));
  writer.flush();
  expect_says(writer.failure(), {"another process has locked"});
  sqlite3_close(other);
}

TEST(HostileStore, CannotBeWritten) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  write_run(file, "a", 3);
  ASSERT_EQ(::chmod(file.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  const test::AsOrdinaryUser ordinary;
  expect_says(writing(file), {"cannot be"});
  EXPECT_EQ(RunStore(file).read("a").steps.size(), 3U);
}

// A store on a read-only medium can still be read.
int read_from_a_read_only_disk(const fs::path& folder) {
  if (!test::mount_disk(folder, "4m")) return test::no_namespace;
  write_run(folder / "lehr.db", "a", 3);
  if (::mount("lehr", folder.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=4m") != 0)
    return test::no_namespace;
  if (RunStore(folder / "lehr.db").read("a").steps.size() != 3) return 1;
  try {
    RunWriter writer(folder / "lehr.db", run_info("b"));
  } catch (const BadInput&) {
    return 0;
  }
  return 2;
}

TEST(HostileStore, LiesOnAReadOnlyDisk) {
  const TemporaryFolder folder;
  const int status = test::in_own_namespace([&] { return read_from_a_read_only_disk(folder.path()); });
  if (status == test::no_namespace) GTEST_SKIP() << "this machine does not let a test mount a disk";
  EXPECT_EQ(status, 0);
}

// Recording stops with one sentence. What was written before stays, and recording can continue once there is
// space.
int record_until_full(const fs::path& folder) {
  if (!test::mount_disk(folder, "1m")) return test::no_namespace;
  const fs::path file = folder / "lehr.db";
  {
    RunWriter writer(file, run_info("a"), {}, {.rows = 16});
    for (std::int64_t step = 0; step < 20000 && writer.failure().empty(); ++step) {
      writer.step(step_row(step), stats_rows(step, 8));
    }
    writer.flush();
    if (writer.failure().find("no space") == std::string::npos) return 1;
    for (std::int64_t step = 20000; step < 20100; ++step) writer.step(step_row(step));
    writer.finish({});
  }
  if (RunStore(file).read("a").steps.empty()) return 2;
  if (!test::mount_disk(folder, "16m", true)) return 3;
  write_run(file, "b", 100);
  return RunStore(file).read("b").steps.size() == 100 ? 0 : 4;
}

TEST(HostileStore, FillsTheDisk) {
  const TemporaryFolder folder;
  const int status = test::in_own_namespace([&] { return record_until_full(folder.path()); });
  if (status == test::no_namespace) GTEST_SKIP() << "this machine does not let a test mount a disk";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lehr::store_test
