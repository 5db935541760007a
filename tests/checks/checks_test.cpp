#include "lehr/checks/checks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "run/support.hpp"

namespace lehr::checks {
namespace {

using test::refusal;

TrainConfig digits() {
  TrainConfig config;
  config.data = "digits:1000";
  config.lr = 0.01;
  config.epochs = 3;
  return config;
}

CheckResult only(const std::string& name, const TrainConfig& config, const CheckHooks& hooks = {}) {
  return run_checks(config, {name}, hooks).results.at(0);
}

TEST(Checks, AHealthyTrainingPassesAll) {
  const CheckReport report = run_checks(digits());
  ASSERT_EQ(report.results.size(), all_checks().size());
  for (const CheckResult& result : report.results) {
    EXPECT_EQ(result.outcome, Outcome::passed) << result.name << ": " << result.found;
    EXPECT_EQ(result.advice, "");
  }
  EXPECT_TRUE(report.passed());
}

TEST(Checks, GiveEqualResultsForEqualTrainings) {
  const CheckReport one = run_checks(digits());
  const CheckReport two = run_checks(digits());
  for (std::size_t i = 0; i < one.results.size(); ++i) EXPECT_EQ(one.results[i].found, two.results[i].found);
}

TEST(Checks, LargeInitialWeightsFailTheLoss) {
  TrainConfig config = digits();
  config.init_gain = 10;
  const CheckResult result = only("loss", config);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.advice.find("--init-gain"), std::string::npos) << result.advice;
}

TEST(Checks, ARateOfZeroFailsToOverfit) {
  TrainConfig config = digits();
  config.lr = 0;
  const CheckResult result = only("overfit", config);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.advice.find("lehr find-lr"), std::string::npos) << result.advice;
}

TEST(Checks, ARateThatDivergesFailsToOverfit) {
  TrainConfig config = digits();
  config.optimizer = "sgd";
  config.schedule = "constant";
  config.lr = 1e6;
  const CheckResult result = only("overfit", config);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.found.find("diverged at step"), std::string::npos) << result.found;
}

/// Labels that have nothing to do with the pictures.
class Mismatched final : public Dataset {
 public:
  explicit Mismatched(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}
  std::int64_t size() const override { return dataset_->size(); }
  std::span<const std::string> class_names() const override { return dataset_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return (index / 10) % 10; }
  void read(std::int64_t index, Image& picture) const override { dataset_->read(index, picture); }
  Shape image_shape() const override { return dataset_->image_shape(); }
  bool in_memory() const override { return true; }

 private:
  std::shared_ptr<const Dataset> dataset_;
};

TEST(Checks, LabelsOfOtherPicturesFailTheBaseline) {
  CheckHooks hooks;
  hooks.setup.data = data::digits({.train = 1000, .valid = 500});
  hooks.setup.data->train = std::make_shared<Mismatched>(hooks.setup.data->train);
  hooks.setup.data->valid = std::make_shared<Mismatched>(hooks.setup.data->valid);
  const CheckResult result = only("baseline", digits(), hooks);
  EXPECT_EQ(result.outcome, Outcome::failed) << result.found;
  EXPECT_NE(result.advice.find("labels may not belong to them"), std::string::npos);
}

/// Every tenth digit: all show the same one.
class OneClass final : public Dataset {
 public:
  explicit OneClass(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}
  std::int64_t size() const override { return dataset_->size() / 10; }
  std::span<const std::string> class_names() const override { return dataset_->class_names(); }
  std::int64_t label(std::int64_t index) const override { return dataset_->label(10 * index); }
  void read(std::int64_t index, Image& picture) const override { dataset_->read(10 * index, picture); }
  Shape image_shape() const override { return dataset_->image_shape(); }
  bool in_memory() const override { return true; }

 private:
  std::shared_ptr<const Dataset> dataset_;
};

TEST(Checks, AClassWithoutPicturesFailsTheData) {
  CheckHooks hooks;
  hooks.setup.data = data::digits({.train = 1000, .valid = 500});
  hooks.setup.data->valid = std::make_shared<OneClass>(hooks.setup.data->valid);
  const CheckResult result = only("data", digits(), hooks);
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_NE(result.found.find("no validation picture of the class \"9\""), std::string::npos) << result.found;
}

TEST(Checks, RunInTheirOwnOrder) {
  std::vector<std::string> names;
  CheckHooks hooks;
  hooks.on_result = [&](const CheckResult& result) { names.push_back(result.name); };
  run_checks(digits(), {"overfit", "loss"}, hooks);
  EXPECT_EQ(names, (std::vector<std::string>{"loss", "overfit"}));
}

TEST(Checks, StopOnRequest) {
  std::stop_source stop;
  CheckHooks hooks{.stop = stop.get_token()};
  hooks.on_result = [&](const CheckResult&) { stop.request_stop(); };
  const CheckReport report = run_checks(digits(), {}, hooks);
  EXPECT_TRUE(report.interrupted);
  EXPECT_EQ(report.results.size(), 1U);
}

TEST(Checks, AnUnknownNameIsRefused) {
  EXPECT_EQ(refusal([] { run_checks(digits(), {"overfitt"}); }),
            "unknown check \"overfitt\"; did you mean \"overfit\"? (valid: data, loss, gradients, overfit, "
            "baseline, shuffled)");
}

}  // namespace
}  // namespace lehr::checks
