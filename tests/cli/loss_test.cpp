// Losses and metrics: class weights, monitors, batch norm's batches, the training set in evaluation
// mode.
#include <gtest/gtest.h>

#include <cmath>

#include "cli/support.hpp"

namespace lehr::test {
namespace {

using Arguments = std::vector<std::string>;

std::vector<std::string> training_on(const std::string& data, std::vector<std::string> more) {
  std::vector<std::string> all{"train", "--data", data, "--quiet", "--json", "--threads", "1"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// 8 of 40 training images are used for validation. Sample i shows i mod 10, so 8 and 9 are missing.
TEST(Monitor, SaysWhyAValueIsUndefinedAndTrainsOn) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(), training_on("digits:40", {"--epochs", "4", "--metrics", "auroc", "--monitor",
                                                   "valid_auroc", "--early-stopping", "1", "--save-best"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.event("done")["epochs"], 4);
  EXPECT_NE(outcome.err.find("no sample of classes \"8\" and \"9\""), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("best.safetensors\" was not written"), std::string::npos) << outcome.err;
  const std::vector<nlohmann::json> events = outcome.events();
  EXPECT_EQ(events.at(0)["event"], "warning") << "about the data";
  EXPECT_EQ(events.at(2)["event"], "warning") << "before the first epoch";
  const nlohmann::json expected = {
      {{"callback", "EarlyStopping"}, {"metric", "valid_auroc"}, {"lower_is_better", false}},
      {{"callback", "SaveBest"}, {"metric", "valid_auroc"}, {"lower_is_better", false}}};
  EXPECT_EQ(outcome.event("start")["monitors"], expected);
  const Outcome shown = run(folder.path(), {"runs", "show", "latest"});
  EXPECT_NE(shown.out.find("valid_auroc by EarlyStopping, higher is better"), std::string::npos) << shown.out;
}

TEST(Evaluate, SaysWhyAMetricIsUndefined) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {});
  const Arguments evaluation{"evaluate", id,      "--data",    "digits:40",
                             "--set",    "valid", "--metrics", "auroc,f1_macro"};
  const Outcome outcome = run(folder.path(), evaluation);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("auroc - (the data has no sample of classes \"8\" and \"9\")\nf1_macro 0."),
            std::string::npos)
      << outcome.out;
}

TEST(Evaluate, MeasuresTheSetThatIsNamed) {
  const TemporaryFolder folder;
  const std::string id = trained_run(folder.path(), {});
  const Outcome made = run(folder.path(), {"data", "make", "digits", "--out", "idx", "--count", "40"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto measured = [&](const std::string& data, const std::string& set) {
    return run(folder.path(), {"evaluate", id, "--data", data, "--set", set, "--json"});
  };
  const auto test = measured("mnist:idx", "test").event("evaluation");
  EXPECT_EQ(test["set"], "test");
  EXPECT_EQ(test["samples"], 8);
  EXPECT_EQ(test["loss"], measured("mnist:idx", "valid").event("evaluation")["loss"]);
  EXPECT_EQ(measured("mnist:idx", "train").event("evaluation")["samples"], 40);
  const Outcome none = measured("digits:40", "test");
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("\"digits:40\" has no test set"), std::string::npos) << none.err;
  const Outcome unknown = measured("digits:40", "tests");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("unknown set \"tests\"; did you mean \"test\"?"), std::string::npos)
      << unknown.err;
}

TEST(ClassWeights, MayLeaveBatchesWithoutWeight) {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& more : {std::vector<std::string>{},
                                               {"--label-smoothing", "0.1"},
                                               {"--mixup", "0.4"},
                                               {"--label-smoothing", "0.1", "--cutmix", "1"}}) {
    std::vector<std::string> options{
        "--epochs", "1", "--batch-size", "4", "--no-save", "--class-weights", "0,0,0,0,0,0,0,0,0,1"};
    options.insert(options.end(), more.begin(), more.end());
    const Outcome outcome = run(folder.path(), training_on("digits:100", options));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(outcome.event("done")["train_loss"].is_number()) << outcome.out;
    EXPECT_TRUE(outcome.event("done")["valid_loss"].is_number()) << outcome.out;
  }
}

TEST(ClassWeights, OfASetWithoutWeightAreRefusedAndLeaveNothing) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run(folder.path(), training_on("digits:40", {"--class-weights", "0,0,0,0,0,0,0,0,0,1"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("the validation set has no sample of a class with a weight above 0"),
            std::string::npos)
      << outcome.err;
  EXPECT_TRUE(folder.contents().empty());
}

TEST(BatchNorm, RefusesALastBatchOfOnePictureAndLeavesNothing) {
  const TemporaryFolder folder;
  const std::vector<std::string> setup{"--data", "digits:33", "--batch-norm", "--batch-size", "8", "--quiet"};
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"train"}, {"train", "--lr", "auto"}, {"find-lr"}}) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), setup.begin(), setup.end());
    const Outcome outcome = run(folder.path(), arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_NE(outcome.err.find("--drop-last or --batch-size 7"), std::string::npos) << outcome.err;
    EXPECT_TRUE(folder.contents().empty()) << command.front();
  }
}

// A training with one step consists only of a warm-up from 0.
TEST(Schedule, ThatWouldTrainNothingIsRefused) {
  for (const std::vector<std::string>& warm :
       {std::vector<std::string>{"--schedule", "warmup-cosine"}, {"--warm-up", "0.5"}}) {
    const TemporaryFolder folder;
    std::vector<std::string> options{"--epochs", "1", "--batch-size", "10"};
    options.insert(options.end(), warm.begin(), warm.end());
    const Outcome outcome = run(folder.path(), training_on("digits:10", options));
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.err.find("the learning rate is 0"), std::string::npos) << outcome.err;
    EXPECT_TRUE(folder.contents().empty());
    options[3] = "5";
    EXPECT_EQ(run(folder.path(), training_on("digits:10", options)).status, 0);
  }
}

TEST(TrainEval, IsInTheEvents) {
  const TemporaryFolder folder;
  const Outcome outcome = run(
      folder.path(), training_on("digits:40", {"--epochs", "1", "--train-eval", "--metrics", "f1_macro"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json epoch = outcome.event("epoch");
  for (const char* key : {"train_eval_loss", "train_eval_accuracy", "train_eval_f1_macro"}) {
    EXPECT_TRUE(epoch.contains(key) && epoch[key].is_number()) << key;
  }
  const Outcome both = run(folder.path(), training_on("digits:40", {"--train-eval", "--no-validate"}));
  EXPECT_EQ(both.status, 2);
  EXPECT_NE(both.err.find("--train-eval contradicts --no-validate"), std::string::npos) << both.err;
}

TEST(Evaluate, GivesThePlainCrossEntropy) {
  const TemporaryFolder folder;
  const Outcome trained =
      run(folder.path(), {"train", "--data", "digits:200", "--epochs", "1", "--label-smoothing", "0.2",
                          "--class-weights", "1,2,3,4,5,6,7,8,9,10", "--name", "it", "--json"});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const Outcome outcome = run(folder.path(), {"evaluate", "it", "--metrics", "cross_entropy", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const nlohmann::json found = outcome.event("evaluation");
  EXPECT_NEAR(found["loss"].get<double>(), found["cross_entropy"].get<double>(), 1e-5);
  EXPECT_GT(std::abs(found["loss"].get<double>() - trained.event("done")["valid_loss"].get<double>()), 1e-3);
}

}  // namespace
}  // namespace lehr::test
