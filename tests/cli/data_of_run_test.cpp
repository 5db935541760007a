// What evaluate and predict know about the data of a run.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/support.hpp"
#include "support/png_file.hpp"

namespace lehr::test {
namespace {

class DataOfRun : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 24; ++i) {
      const std::string file = (i % 2 == 0 ? "p/dark/" : "p/light/") + std::to_string(i) + ".png";
      write_png(folder_.path() / file, {3, 16, 16}, static_cast<std::uint64_t>(i));
    }
    const Outcome trained =
        lehr({"train", "--data", "folder:p", "--valid-share", "0.5", "--data-seed", "3", "--model",
              "simple-cnn", "--channels", "4,4,4", "--epochs", "1", "--name", "first", "--json"});
    ASSERT_EQ(trained.status, 0) << trained.err;
    loss_ = trained.event("done")["valid_loss"];
  }
  Outcome lehr(const std::vector<std::string>& arguments) const { return run(folder_.path(), arguments); }
  nlohmann::json evaluated(const std::vector<std::string>& options) const {
    std::vector<std::string> arguments{"evaluate", "first", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = lehr(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.event("evaluation");
  }

  TemporaryFolder folder_;
  nlohmann::json loss_;  ///< of the validation set at the end of the training
};

TEST_F(DataOfRun, IsWhatEvaluateTakesWithoutData) {
  const nlohmann::json found = evaluated({});
  EXPECT_EQ(found["samples"], 12);
  EXPECT_EQ(found["loss"], loss_);
}

TEST_F(DataOfRun, IsDividedAsInTheTrainingIfItIsNamed) {
  EXPECT_EQ(evaluated({"--data", "folder:p"})["loss"], loss_);
  EXPECT_EQ(evaluated({"--data", "folder:p", "--valid-share", "0.25"})["samples"], 6) << "an option wins";
  std::filesystem::copy(folder_.path() / "p", folder_.path() / "q", std::filesystem::copy_options::recursive);
  EXPECT_EQ(evaluated({"--data", "folder:q"})["samples"], 4)
      << "other data are divided as usual: a fifth of a class";
}

TEST_F(DataOfRun, HasTheSamplesOfPredict) {
  const Outcome predicted = lehr({"predict", "first", "--sample", "0,11"});
  EXPECT_EQ(predicted.status, 0) << predicted.err;
  EXPECT_EQ(lehr({"predict", "first", "--sample", "12"}).status, 2);
}

TEST_F(DataOfRun, MustHaveTheClassesOfTheModel) {
  std::filesystem::create_directories(folder_.path() / "other");
  std::filesystem::copy(folder_.path() / "p/dark", folder_.path() / "other/dark",
                        std::filesystem::copy_options::recursive);
  std::filesystem::copy(folder_.path() / "p/light", folder_.path() / "other/zebra",
                        std::filesystem::copy_options::recursive);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"evaluate", "first", "--data", "folder:other"},
        std::vector<std::string>{"predict", "first", "--data", "folder:other", "--sample", "0"}}) {
    const Outcome refused = lehr(command);
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(
        refused.err.find("the data have other classes than the model: the model alone has \"light\", the "
                         "data alone have \"zebra\""),
        std::string::npos)
        << refused.err;
  }
}

TEST_F(DataOfRun, IsNotKnownForAModelElsewhere) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "runs")) {
    if (entry.path().filename() == "model.safetensors")
      std::filesystem::copy_file(entry.path(), folder_.path() / "copied.safetensors");
  }
  const Outcome refused = lehr({"evaluate", "copied.safetensors"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("--data is required: \"copied.safetensors\" is in no run's folder"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(lehr({"evaluate", "copied.safetensors", "--data", "folder:p"}).status, 0);
}

}  // namespace
}  // namespace lehr::test
