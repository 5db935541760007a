// lehr activations, and the snapshots of lehr train.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

namespace fs = std::filesystem;

class ActivationsCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder();
    const Outcome outcome =
        run(folder_->path(), {"train", "--data", "digits:200", "--epochs", "2", "--quiet", "--json",
                              "--snapshots", "0,3", "--snapshots-layers", "0,2", "--snapshots-maps"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    run_ = outcome.event("done")["path"];
  }
  static void TearDownTestSuite() { delete folder_; }
  static Outcome asked(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"activations", run_, "--data", "digits:200"});
    return run(folder_->path(), arguments);
  }

  static inline TemporaryFolder* folder_ = nullptr;
  static inline std::string run_;
};

TEST_F(ActivationsCommand, SavesValuesAndMaps) {
  const Outcome outcome = asked({"--sample", "0,5", "--out", "seen.safetensors", "--maps", "maps", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const auto events = outcome.events();
  ASSERT_EQ(events.size(), 5U + 8 + 1);
  EXPECT_EQ(events[0]["layer"], "0");
  EXPECT_EQ(events[0]["shape"], nlohmann::json({2, 8, 14, 14}));
  EXPECT_TRUE(fs::exists(folder_->path() / "maps/sample5-0.png"));
  const std::string bytes = read_file(folder_->path() / "seen.safetensors");
  EXPECT_NE(bytes.find(R"("lehr.samples":"[\"0\",\"5\"]")"), std::string::npos);
}

TEST_F(ActivationsCommand, TakesPicturesLayersAndNormalisation) {
  EXPECT_EQ(asked({"--sample", "1", "--maps", "one", "--layers", "0"}).status, 0);
  const Outcome outcome =
      run(folder_->path(), {"activations", run_, "one/sample1-0.png", "--out", "p.safetensors",
                            "--normalised", "--before-activation", "--layers", "?"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "p.safetensors\n");
  const std::string bytes = read_file(folder_->path() / "p.safetensors");
  EXPECT_NE(bytes.find(R"("lehr.normalised":"true")"), std::string::npos);
}

TEST_F(ActivationsCommand, RefusesInOneSentence) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--sample", "0"},
                                             {"--out", "x"},
                                             {"--sample", "100", "--out", "x"},
                                             {"--sample", "-1", "--out", "x"},
                                             {"--sample", "0", "--layers", "nothing", "--out", "x"},
                                             {"--sample", "0", "--layers", "8", "--maps", "flat"},
                                             {"--sample", "0", "--out", "/proc/nowhere/x"}}) {
    const Outcome outcome = asked(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
  EXPECT_FALSE(fs::exists(folder_->path() / "x"));
}

TEST_F(ActivationsCommand, TrainingSavesSnapshots) {
  const fs::path seen = folder_->path() / run_ / "activations";
  EXPECT_TRUE(fs::exists(seen / "epoch-0001.safetensors"));
  EXPECT_TRUE(fs::exists(seen / "epoch-0002/sample3-2.png"));
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--snapshots", "40"},
                                             {"--snapshots-maps"},
                                             {"--snapshots", "0", "--no-save"},
                                             {"--snapshots", "x"}}) {
    std::vector<std::string> arguments{"train", "--data", "digits:200", "--epochs", "1", "--quiet"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Outcome outcome = run(folder_->path(), arguments);
    EXPECT_EQ(outcome.status, 2) << wrong.front();
    EXPECT_EQ(std::ranges::count(outcome.err, '\n'), 1) << outcome.err;
  }
}

}  // namespace
}  // namespace lehr::test
