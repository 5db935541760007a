// Stores of older versions. tests/store/goldens/version_1.db is what lehr wrote before version 2, and
// version_2.db before version 3: lehr train --data digits:64 with --stats --stats-gradients
// --stats-validation, and a second run without statistics.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "store/run_support.hpp"
#include "store/sqlite.hpp"
#include "support/ordinary_user.hpp"

namespace lehr::store_test {
namespace {

using namespace store;
namespace fs = std::filesystem;

constexpr int older_versions[] = {1, 2};
static_assert(std::size(older_versions) == schema_version - 1);

fs::path copy_of_version(int version, const TemporaryFolder& folder) {
  const fs::path file = folder / "lehr.db";
  const std::string name = "version_" + std::to_string(version) + ".db";
  fs::copy_file(fs::path(LEHR_SOURCE_DIR) / "tests/store/goldens" / name, file);
  return file;
}

fs::path copy_of_version_1(const TemporaryFolder& folder) { return copy_of_version(1, folder); }

class OlderStore : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, OlderStore, testing::ValuesIn(older_versions));

std::int64_t version_of(const fs::path& file) {
  return Database(file, Access::read).number("PRAGMA user_version");
}

/// The columns of every table and view.
std::vector<std::string> columns_of(const fs::path& file) {
  const Database database(file, Access::read);
  Statement statement(
      database,
      "SELECT s.type || ' ' || s.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || "
      "' ' || ifnull(c.dflt_value, '-') || ' ' || c.pk FROM sqlite_schema AS s, "
      "pragma_table_info(s.name) AS c ORDER BY s.name, c.cid");
  std::vector<std::string> all;
  while (statement.next()) all.push_back(statement.text(0));
  return all;
}

using Columns = std::map<std::string, std::vector<std::string>>;

/// The tables and those of their columns that an upgrade leaves as they are.
Columns lasting_columns(const fs::path& file) {
  const Database database(file, Access::read);
  Statement statement(database,
                      "SELECT s.name, c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c "
                      "WHERE s.type = 'table' AND c.name NOT IN ('forward_seconds', 'backward_seconds', "
                      "'numbers') ORDER BY s.name, c.cid");
  Columns columns;
  while (statement.next()) columns[statement.text(0)].push_back(statement.text(1));
  return columns;
}

std::map<std::string, std::vector<std::string>> rows_of(const fs::path& file, const Columns& columns) {
  const Database database(file, Access::read);
  std::map<std::string, std::vector<std::string>> rows;
  for (const auto& [table, names] : columns) {
    std::string row;
    for (const std::string& name : names) row += (row.empty() ? "" : " || ' ' || ") + ("quote(" + name + ")");
    Statement statement(database, "SELECT " + row + " FROM " + table + " ORDER BY 1");
    while (statement.next()) rows[table].push_back(statement.text(0));
  }
  return rows;
}

/// The contents can be read and are what was measured.
void expect_upgraded(const RunStore& store, int from) {
  ASSERT_EQ(store.runs().size(), 2U);
  const RunRecords with = store.read("with", {.most_steps = 0});
  EXPECT_EQ(with.info.status, RunStatus::done);
  EXPECT_EQ(with.info.reason, from == 1 ? "" : "completed");
  EXPECT_TRUE(with.monitors.empty());
  EXPECT_EQ(with.epochs.size(), 1U);
  EXPECT_EQ(with.steps.size(), 5U);
  EXPECT_EQ(with.stats.size(), 4U * 5 * 5 + 5U) << "validation has activations alone";
  for (const StatsRow& row : with.stats) EXPECT_GT(row.stats.count, 0);
  for (const LayerInfo& layer : with.layers) EXPECT_GT(layer.forward_seconds.value_or(0), 0) << layer.name;
  const auto untimed = store.layers("without");
  ASSERT_EQ(untimed.size(), 5U);
  for (const LayerInfo& layer : untimed) EXPECT_FALSE(layer.forward_seconds || layer.backward_seconds);
}

TEST_P(OlderStore, IsUpgradedWhenItIsOpenedForWriting) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version(GetParam(), folder);
  ASSERT_EQ(version_of(file), GetParam());
  write_run(file, "new", 3);
  EXPECT_EQ(version_of(file), schema_version);
  const fs::path fresh = folder / "fresh.db";
  write_run(fresh, "new", 3);
  EXPECT_EQ(columns_of(file), columns_of(fresh));
  const RunStore store(file);
  EXPECT_EQ(store.read("new").steps.size(), 3U);
  EXPECT_EQ(store.runs().size(), 3U);
  remove_runs(file, std::vector<std::string>{"new"});
  expect_upgraded(RunStore(file), GetParam());
}

TEST_P(OlderStore, IsUpgradedWhenItIsRead) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version(GetParam(), folder);
  const Columns columns = lasting_columns(file);
  const auto before = rows_of(file, columns);
  EXPECT_GT(before.at("confusion").size(), 10U);
  expect_upgraded(RunStore(file), GetParam());
  EXPECT_EQ(version_of(file), schema_version);
  EXPECT_EQ(rows_of(file, columns), before);
}

TEST_P(OlderStore, IsReadAsItIsIfItCannotBeWritten) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version(GetParam(), folder);
  const std::string before = read_all(file);
  ASSERT_EQ(::chmod(file.c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  {
    const test::AsOrdinaryUser ordinary;
    const RunStore store(file);
    expect_upgraded(store, GetParam());
    EXPECT_THROW(store.query("DELETE FROM runs", [](auto, auto) { return true; }), BadInput);
    EXPECT_THROW(RunWriter(file, run_info("x")), BadInput);
  }
  EXPECT_EQ(read_all(file), before);
  EXPECT_EQ(folder.entries(), 1U);
}

// In old stores, zeros for unmeasured values distorted every mean and minimum.
TEST(OldStore, LosesTheZerosOfWhatWasNotMeasured) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version_1(folder);
  Database(file, Access::write)
      .execute(
          "UPDATE batch_stats SET numbers = '[[0,\"activation\",0,9,0,0,0,0,0,0,0,0,0,0,0,-126],"
          "[0,\"weight\",0,0,0,0,0,0,0,0,0,0,0,0,0,-126],[1,\"weight\",2,0,0.1,0.25,0,0,1e39,0,0,0,0,0,0,-"
          "126]]' "
          "WHERE step_id = 1");
  std::vector<std::string> rows;
  const RunStore store(file);
  store.query(
      "SELECT layer || tensor || ifnull(mean, '-') || ' ' || ifnull(norm, '-') FROM stats WHERE step_id = 1",
      [&](auto, auto values) {
        rows.push_back(std::get<std::string>(values[0]));
        return true;
      });
  EXPECT_EQ(rows, (std::vector<std::string>{"0activation- -", "1weight0.1 1.0e+39"}));
  int others = 0;
  store.query("SELECT 1 FROM stats WHERE count + non_finite = 0 OR (count = 0 AND min IS NOT NULL)",
              [&](auto, auto) { return ++others > 0; });
  EXPECT_EQ(others, 0);
}

TEST(OldStore, StaysAsItWasIfItsUpgradeFails) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version_1(folder);
  Database(file, Access::write).execute("CREATE TABLE monitors(x)");
  const auto before = columns_of(file);
  EXPECT_NE(bad_input_of([&] { write_run(file, "new", 1); }).find("monitors"), std::string::npos);
  EXPECT_NE(bad_input_of([&] { RunStore store(file); }).find("monitors"), std::string::npos);
  EXPECT_EQ(columns_of(file), before);
  EXPECT_EQ(version_of(file), 1);
}

TEST(OldStore, IsUpgradedOnceIfSeveralOpenIt) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version_1(folder);
  constexpr int processes = 6;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        if (i % 2 == 0)
          write_run(file, "run" + std::to_string(i), 20);
        else
          RunStore(file).runs();
      } catch (const std::exception&) {
        _exit(1);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(RunStore(file).runs().size(), 2U + processes / 2);
}

TEST(OldStore, ARunThatWasInterruptedIsResumedInIt) {
  const TemporaryFolder folder;
  const fs::path file = copy_of_version_1(folder);
  { RunWriter writer(file, run_info("with"), {.step = 2, .epoch = 0}); }
  const RunRecords run = RunStore(file).read("with");
  EXPECT_EQ(run.steps.size(), 2U);
  EXPECT_EQ(run.info.status, RunStatus::interrupted);
}

}  // namespace
}  // namespace lehr::store_test
