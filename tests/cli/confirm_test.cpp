#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

/// A folder with a run whose rate is far too high.
class Confirm : public ::testing::Test {
 protected:
  Confirm() {
    id_ =
        run(folder_.path(), {"train", "--data", "digits:400", "--epochs", "4", "--batch-size", "32", "--lr",
                             "50", "--optimizer", "sgd", "--stats", "--stats-gradients", "--json", "--quiet"})
            .event("start")["run"];
  }
  Outcome confirm(std::vector<std::string> options) const {
    options.insert(options.begin(), {"diagnose", id_, "--confirm"});
    return run(folder_.path(), options);
  }

  TemporaryFolder folder_;
  std::string id_;
};

TEST_F(Confirm, WritesTheConfigurationOfACureThatHelps) {
  const Outcome tried = confirm({"--cure", "lr=0.05", "--json", "--fix", "cured.toml", "--quiet"});
  ASSERT_EQ(tried.status, 0) << tried.err;
  const nlohmann::json trial = tried.event("trial");
  EXPECT_EQ(trial["answer"], "helps");
  EXPECT_EQ(trial["cure"], nlohmann::json({{"lr", "0.05"}}));
  EXPECT_GT(trial["low"].get<double>(), 0);
  EXPECT_NE(read_file(folder_.path() / "cured.toml").find("\nlr = 0.05\n"), std::string::npos);
  EXPECT_EQ(run(folder_.path(), {"train", "--config", "cured.toml", "--quiet"}).status, 0);
  // The trainings are in a folder of their own, so the newest run is still the user's.
  EXPECT_TRUE(fs::exists(folder_.path() / "runs" / "trials" / "lehr.db"));
}

TEST_F(Confirm, WritesNothingIfTheCureIsNotConfirmed) {
  const Outcome tried = confirm({"--cure", "label-smoothing=0.1", "--fix", "cured.toml"});
  EXPECT_EQ(tried.status, 1);
  EXPECT_NE(tried.out.find("answer: the cure does not help"), std::string::npos) << tried.out;
  EXPECT_NE(tried.err.find("lehr: \"cured.toml\" is not written, because the cure is not confirmed"),
            std::string::npos)
      << tried.err;
  EXPECT_FALSE(fs::exists(folder_.path() / "cured.toml"));
}

TEST_F(Confirm, DoesNotReplaceAFile) {
  write_file(folder_.path() / "mine.toml", "epochs = 3\n");
  EXPECT_EQ(confirm({"--cure", "lr=0.05", "--fix", "mine.toml"}).status, 2);
  EXPECT_EQ(read_file(folder_.path() / "mine.toml"), "epochs = 3\n");
  EXPECT_FALSE(fs::exists(folder_.path() / "runs" / "trials"));
}

TEST_F(Confirm, TriesTheFindingOfARule) {
  const Outcome wrong = confirm({"--rule", "overfitting"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("finding of this run \"overfitting\""), std::string::npos) << wrong.err;
  EXPECT_EQ(confirm({"--rule", "dead-layer", "--cure", "lr=0.05"}).status, 2);
}

TEST(ConfirmOptions, NeedConfirm) {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{
           {"--rule", "dead-layer"}, {"--cure", "lr=1"}, {"--batches", "9"}, {"--fix", "a.toml"}}) {
    std::vector<std::string> line{"diagnose", "latest"};
    line.insert(line.end(), options.begin(), options.end());
    const Outcome refused = run(folder.path(), line);
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.err.find(options.front() + " needs --confirm"), std::string::npos) << refused.err;
  }
}

}  // namespace
}  // namespace lehr::test
