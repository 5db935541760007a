// lehr train --stats
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> stats_training(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"train", "--data", "digits:500", "--epochs", "2", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Stats, ShowsEveryLayerAndWhatItCost) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(), stats_training({"--stats", "--stats-every", "1", "--no-save", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const std::string part :
       {"conv2d + activation", "colourful dimension", "statistics of 5 layers at 16 batches"}) {
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << outcome.err;
  }
  EXPECT_GT(outcome.event("done")["stats_overhead"], 0);
}

TEST(Stats, RecordsWhatIsAskedFor) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), stats_training({"--stats", "--no-save", "--stats-layers", "2,8",
                                                             "--stats-every", "4", "--no-histograms"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("statistics of 2 layers at 4 batches"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("colourful"), std::string::npos);
}

TEST(Stats, CountChannelsOnRequest) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(),
          stats_training({"--stats", "--stats-every", "4", "--stats-channels", "--no-histograms"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("dead channels (all values exactly zero"), std::string::npos) << outcome.err;
  const Outcome report = run(folder.path(), {"report", "latest", "--text"});
  EXPECT_NE(report.out.find("dead channels (all values exactly zero"), std::string::npos) << report.out;
  const auto rows =
      run(folder.path(), {"runs", "export", "latest", "--table", "channels", "--format", "jsonl"}).events();
  ASSERT_EQ(rows.size(), 4U * (8 + 16 + 32 + 64 + 10));
  std::vector<std::string> keys;
  for (const auto& [key, value] : rows[9].items()) keys.push_back(key);
  for (const std::string key : {"layer", "channel", "count", "zero", "near_zero_abs", "saturated"}) {
    EXPECT_NE(std::ranges::find(keys, key), keys.end()) << key;
  }
  EXPECT_EQ(rows[9]["layer"], "2");
  EXPECT_EQ(rows[9]["channel"], 1);
  EXPECT_EQ(rows[9]["count"], 64 * 7 * 7);
  EXPECT_GE(rows[9]["near_zero_abs"].get<double>(), rows[9]["zero"].get<double>());
  const Outcome plain = run(folder.path(), stats_training({"--stats", "--stats-every", "4"}));
  EXPECT_EQ(plain.err.find("dead channels"), std::string::npos);
}

// Checkpoints contain the statistics. If every batch is recorded, they repeat bit by bit. With a
// budget, the records depend on the speed of the machine, but the training still repeats.
TEST(Stats, GoOnAfterAResume) {
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--stats-every", "1"}, {}}) {
    const TemporaryFolder folder;
    std::vector<std::string> options = stats_training({"--stats", "--quiet", "--checkpoint-batches", "3"});
    options.insert(options.end(), more.begin(), more.end());
    ASSERT_EQ(run(folder.path(), options).status, 0);
    const Outcome verified =
        run(folder.path(), {"train", "--resume", "latest", "--verify", "--threads", "1"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_NE(verified.out.find("every bit the same"), std::string::npos) << verified.out;
  }
}

// No machine is fast enough for a second record within this budget.
TEST(Stats, SaysHowManyBatchesABudgetLeftOut) {
  const TemporaryFolder folder;
  const Outcome little =
      run(folder.path(), stats_training({"--stats", "--no-save", "--stats-budget", "1e-9"}));
  EXPECT_NE(little.err.find("; recorded 1 batch in 16 to stay under 1e-07 %\n"), std::string::npos)
      << little.err;
  for (const std::vector<std::string>& all : {std::vector<std::string>{"--stats-every", "1"},
                                              {"--stats-budget", "off"},
                                              {"--stats-every", "1", "--stats-budget", "off"}}) {
    std::vector<std::string> options = stats_training({"--stats", "--no-save"});
    options.insert(options.end(), all.begin(), all.end());
    const Outcome outcome = run(folder.path(), options);
    EXPECT_NE(outcome.err.find("statistics of 5 layers at 16 batches"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("to stay under"), std::string::npos) << outcome.err;
  }
}

TEST(Stats, WatchTheActivationBehindAnAddition) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"train", "--data", "digits:64", "--epochs", "1", "--threads",
                                              "1", "--model", "resnet-small", "--channels", "4", "--no-save",
                                              "--stats", "--stats-layers", "*.relu2,*.bn2"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("layer1.0.relu2 activation"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("layer1.0.bn2   batch_norm"), std::string::npos) << outcome.err;
}

TEST(Stats, HaveNoRowsOfWhatWasNotMeasured) {
  const TemporaryFolder folder;
  ASSERT_EQ(run(folder.path(), stats_training({"--stats", "--stats-every", "4", "--stats-gradients",
                                               "--stats-validation", "--quiet"}))
                .status,
            0);
  const Outcome rows = run(folder.path(), {"runs", "sql",
                                           "SELECT count(*) AS n, sum(NOT training AND tensor <> "
                                           "'activation') AS others FROM layer_stats WHERE count = 0 OR "
                                           "NOT training"});
  EXPECT_EQ(rows.status, 0) << rows.err;
  EXPECT_NE(rows.out.find(" 0\n"), std::string::npos) << rows.out;
  EXPECT_EQ(run(folder.path(), {"runs", "sql", "SELECT 1 FROM stats WHERE count + non_finite = 0"}).out, "");
}

TEST(Stats, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto message = [&](const std::vector<std::string>& more) {
    const Outcome outcome = run(folder.path(), stats_training(more));
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_NE(message({"--stats-gradients"}).find("--stats-gradients needs --stats"), std::string::npos);
  EXPECT_NE(message({"--stats", "--stats-budget", "much"}).find("--stats-budget"), std::string::npos);
  EXPECT_NE(message({"--stats", "--stats-layers", "conv1"}).find("unknown layer \"conv1\""),
            std::string::npos);
}

}  // namespace
}  // namespace lehr::test
