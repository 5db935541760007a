// lehr train --stats
#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

std::vector<std::string> training(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"train", "--data", "digits:500", "--epochs", "2", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Stats, ShowsEveryLayerAndWhatItCost) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), training({"--stats", "--no-save", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const std::string part :
       {"conv2d + activation", "colourful dimension", "statistics of 5 layers at 16 batches"}) {
    EXPECT_NE(outcome.err.find(part), std::string::npos) << part << outcome.err;
  }
  EXPECT_GT(outcome.event("done")["stats_overhead"], 0);
}

TEST(Stats, RecordsWhatIsAskedFor) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), training({"--stats", "--no-save", "--stats-layers", "2,8",
                                                       "--stats-every", "4", "--no-histograms"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("statistics of 2 layers at 4 batches"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("colourful"), std::string::npos);
}

// Statistics are part of what a checkpoint holds, and repeat bit by bit.
TEST(Stats, GoOnAfterAResume) {
  const TemporaryFolder folder;
  ASSERT_EQ(
      run(folder.path(), training({"--stats", "--stats-gradients", "--quiet", "--checkpoint-batches", "3"}))
          .status,
      0);
  const Outcome verified = run(folder.path(), {"train", "--resume", "latest", "--verify", "--threads", "1"});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.out.find("every bit the same"), std::string::npos) << verified.out;
}

TEST(Stats, SaysWhatIsWrong) {
  const TemporaryFolder folder;
  const auto message = [&](const std::vector<std::string>& more) {
    const Outcome outcome = run(folder.path(), training(more));
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    return outcome.err;
  };
  EXPECT_NE(message({"--stats-gradients"}).find("options of statistics need --stats"), std::string::npos);
  EXPECT_NE(message({"--stats", "--stats-budget", "much"}).find("--stats-budget"), std::string::npos);
  EXPECT_NE(message({"--stats", "--stats-layers", "conv1"}).find("unknown layer \"conv1\""),
            std::string::npos);
}

}  // namespace
}  // namespace lehr::test
