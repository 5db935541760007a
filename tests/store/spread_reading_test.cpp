#include "store/run_support.hpp"

namespace lehr::store_test {
namespace {

/// A run of 1,000 batches, each tenth with statistics.
void write_long_run(const std::filesystem::path& file) {
  store::RunWriter writer(file, run_info("long"));
  for (std::int64_t step = 0; step < 1000; ++step) {
    if (step % 10 == 0) {
      writer.step(step_row(step), stats_rows(step));
    } else {
      writer.step(step_row(step));
    }
  }
  writer.finish({});
}

TEST(SpreadReading, ReadsSomeBatchesOfALongRunFromItsFirstToItsLast) {
  const TemporaryFolder folder;
  write_long_run(folder / "lehr.db");
  const store::RunStore runs(folder / "lehr.db");
  const store::RunRecords run = runs.read("long", {.most_steps = 20, .most_losses = 100});
  EXPECT_GE(run.steps.size(), 100U);
  EXPECT_LE(run.steps.size(), 120U);
  EXPECT_EQ(run.steps.front().step, 0);
  EXPECT_EQ(run.steps.back().step, 999);
  std::int64_t before = -1;
  for (const store::StepRow& step : run.steps) {
    EXPECT_GT(step.step, before);
    EXPECT_LE(step.step - before, 12) << "evenly spread";
    before = step.step;
  }
}

TEST(SpreadReading, EachBatchWithStatisticsHasItsLoss) {
  const TemporaryFolder folder;
  write_long_run(folder / "lehr.db");
  const store::RunStore runs(folder / "lehr.db");
  const store::RunRecords run = runs.read("long", {.most_steps = 20, .most_losses = 100});
  EXPECT_GE(run.stats.size(), 2 * 15U);
  EXPECT_LE(run.stats.size(), 2 * 20U);
  for (const store::StatsRow& row : run.stats) {
    EXPECT_TRUE(std::ranges::any_of(run.steps, [&](const auto& step) { return step.step == row.step; }));
  }
}

TEST(SpreadReading, AShortRunIsReadWhole) {
  const TemporaryFolder folder;
  write_long_run(folder / "lehr.db");
  const store::RunStore runs(folder / "lehr.db");
  EXPECT_EQ(runs.read("long", {.most_losses = 1000}).steps.size(), 1000U);
  EXPECT_EQ(runs.read("long").steps.size(), 1000U);
}

TEST(SpreadReading, ARunWithoutBatchesIsEmpty) {
  const TemporaryFolder folder;
  store::RunWriter(folder / "lehr.db", run_info("empty")).finish({});
  EXPECT_TRUE(store::RunStore(folder / "lehr.db").read("empty", {.most_losses = 10}).steps.empty());
}

}  // namespace
}  // namespace lehr::store_test
