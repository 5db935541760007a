// Callbacks that watch a metric.
#include <gtest/gtest.h>

#include "callbacks/support.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/reduce_on_plateau.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/core/error.hpp"
#include "lehr/train/model_file.hpp"

namespace lehr {
namespace {

using test::Scripted;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

const MonitorOptions scripted{.metric = "valid_scripted", .lower = true};

/// How many epochs of twelve run with those values of the metric.
std::size_t epochs_run(const EarlyStoppingOptions& options, const std::vector<double>& values) {
  const auto learner = small_learner();
  learner->add_metric(Scripted(values));
  learner->fit(12, 1e-3, {.callbacks = callbacks(EarlyStopping(options))});
  EXPECT_EQ(learner->callback<EarlyStopping>().stopped(), learner->history().size() < 12);
  return learner->history().size();
}

TEST(EarlyStopping, EndsAfterPatienceEpochsWithoutImprovement) {
  const std::vector<double> values{5, 4, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1};
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 0}, values), 4U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 1}, values), 4U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 3}, values), 6U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 5}, values), 12U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 1, .start_from_epoch = 3}, values), 5U);
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 2, .baseline = 0.5}, values), 2U);
  MonitorOptions coarse = scripted;
  coarse.min_delta = 1.5;
  EXPECT_EQ(epochs_run({.monitor = coarse, .patience = 2}, values), 5U);
  MonitorOptions higher = scripted;
  higher.lower = false;
  EXPECT_EQ(epochs_run({.monitor = higher, .patience = 2}, values), 3U);
}

TEST(EarlyStopping, TreatsNanAsNoImprovement) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(epochs_run({.monitor = scripted, .patience = 2}, {5, nan, nan, 1}), 3U);
}

TEST(EarlyStopping, BringsBackTheBestWeights) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 1, 2, 2}));
  std::vector<std::vector<float>> weights;
  learner->on(Event::after_epoch, [&](Learner& l) { weights.push_back(weights_of(l)); });
  learner->add(EarlyStopping({.monitor = scripted, .patience = 2, .restore_best = true}));
  learner->fit(9, 1e-2);
  ASSERT_EQ(weights.size(), 4U);
  EXPECT_EQ(weights_of(*learner), weights[1]);
  EXPECT_EQ(learner->callback<EarlyStopping>().best_epoch(), 1);
  EXPECT_EQ(learner->callback<EarlyStopping>().best(), 1);
}

TEST(ReduceOnPlateau, MultipliesTheRateAfterAPlateau) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 2, 2, 2, 2, 2, 2, 1}));
  learner->add(ReduceOnPlateau({.monitor = scripted, .factor = 0.5, .patience = 2, .cooldown = 1}));
  learner->fit(8, 0.01);
  std::vector<double> rates;
  for (const EpochRecord& record : learner->history()) rates.push_back(record.lr);
  const std::vector<double> expected{0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025};
  ASSERT_EQ(rates.size(), expected.size());
  for (std::size_t i = 0; i < rates.size(); ++i) EXPECT_DOUBLE_EQ(rates[i], expected[i]) << i;
}

TEST(ReduceOnPlateau, StopsAtTheLeastRateWithoutRaisingALowerOne) {
  const auto learner = small_learner();
  learner->add_metric(Scripted({1, 1, 1, 1}));
  learner->add(ReduceOnPlateau({.monitor = scripted, .factor = 0.1, .patience = 1, .min_lr = 0.004}));
  learner->fit(4, {[](double p) { return p < 0.75 ? 0.01 : 0.001; }, {}});
  EXPECT_DOUBLE_EQ(learner->history()[1].lr, 0.01);
  EXPECT_DOUBLE_EQ(learner->history()[2].lr, 0.004);
  EXPECT_DOUBLE_EQ(learner->history()[3].lr, 0.001);
}

TEST(SaveBest, KeepsTheModelOfTheBestEpoch) {
  const TestFolder folder;
  const auto learner = small_learner();
  learner->add_metric(Scripted({3, 1, 2}));
  learner->add(SaveBest(folder / "best.safetensors", scripted));
  std::vector<Tensor> weights;
  learner->on(Event::after_epoch, [&](Learner& l) { weights.push_back(l.parameters().get("0.weight")); });
  learner->fit(3, 1e-2);
  const Model best = load_model(folder / "best.safetensors");
  const Tensor saved = best.parameters->get("0.weight");
  const auto expected = weights[1].elements<float>();
  EXPECT_TRUE(std::ranges::equal(saved.elements<float>(), expected));
}

TEST(Monitoring, RefusesWhatCannotBeWatched) {
  EXPECT_THROW(EarlyStopping({.patience = -1}), BadInput);
  EXPECT_THROW(EarlyStopping({.monitor = {.min_delta = -1}}), BadInput);
  EXPECT_THROW(EarlyStopping({.start_from_epoch = -1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.factor = 1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.patience = -1}), BadInput);
  EXPECT_THROW(ReduceOnPlateau({.min_lr = -1}), BadInput);
  const auto learner = small_learner();
  const auto refusal = [&](const std::string& metric) {
    try {
      learner->fit(1, 1e-3, {.callbacks = callbacks(EarlyStopping({.monitor = {.metric = metric}}))});
    } catch (const BadInput& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_NE(refusal("valid_los").find("valid_loss"), std::string::npos);
  EXPECT_NE(refusal("valid_f1").find("unknown metric"), std::string::npos);
  const auto blind = small_learner({.batch_size = 64, .validate = false});
  EXPECT_THROW(blind->fit(1, 1e-3, {.callbacks = callbacks(EarlyStopping())}), BadInput);
}

TEST(Monitoring, IgnoresEpochsThatWereCutShort) {
  const auto learner = small_learner();
  learner->add(EarlyStopping({.monitor = {.metric = "valid_accuracy"}, .patience = 1}));
  learner->on(Event::before_validate, [](Learner& l) { l.cancel(Scope::epoch); });
  learner->fit(3, 1e-3);
  EXPECT_EQ(learner->history().size(), 3U);
}

}  // namespace
}  // namespace lehr
