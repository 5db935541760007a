#include <gtest/gtest.h>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

Outcome checks(const std::vector<std::string>& options) {
  const TemporaryFolder folder;
  std::vector<std::string> line{"diagnose", "--data", "digits:1000"};
  line.insert(line.end(), options.begin(), options.end());
  const Outcome outcome = run(folder.path(), line);
  EXPECT_TRUE(folder.contents().empty());
  return outcome;
}

TEST(DiagnoseChecks, PrintEachCheckAndLeaveNoFile) {
  const Outcome outcome = checks({"--checks"});
  EXPECT_EQ(outcome.status, 0) << outcome.err << outcome.out;
  EXPECT_NE(outcome.out.find("passed   overfit: reached after "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("passed   shuffled: "), std::string::npos) << outcome.out;
}

TEST(DiagnoseChecks, EndWithStatus1IfOneFails) {
  const Outcome outcome = checks({"--checks=overfit,loss", "--lr", "0", "--json"});
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  const std::vector<nlohmann::json> events = outcome.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0]["check"], "loss");
  EXPECT_EQ(events[0]["outcome"], "passed");
  EXPECT_EQ(events[1]["check"], "overfit");
  EXPECT_EQ(events[1]["outcome"], "failed");
  EXPECT_EQ(events[2], nlohmann::json({{"event", "checks"}, {"passed", 1}, {"failed", 1}, {"unclear", 0}}));
}

TEST(DiagnoseChecks, TakeTheOptionsOfARun) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {"--lr", "0"});
  const Outcome outcome = run(folder.path(), {"diagnose", id, "--checks=overfit"});
  EXPECT_EQ(outcome.status, 1) << outcome.out << outcome.err;
  const Outcome both = run(folder.path(), {"diagnose", id, "--checks=overfit", "--lr", "1"});
  EXPECT_EQ(both.status, 2);
  EXPECT_NE(both.err.find("--lr contradicts RUN"), std::string::npos) << both.err;
}

TEST(DiagnoseChecks, AreNeededByOptionsOfATraining) {
  const TemporaryFolder folder;
  const Outcome outcome = run(folder.path(), {"diagnose", "latest", "--lr", "1"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("--lr needs --checks"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace lehr::test
