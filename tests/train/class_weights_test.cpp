// Class weights: the divisor of the loss, and batches and sets without weight.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "support/device.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

std::vector<double> only(std::size_t weighted, double weight = 1) {
  std::vector<double> weights(10, 0.0);
  weights[weighted] = weight;
  return weights;
}

Learner make(LearnerOptions options, std::int64_t train = 40, std::int64_t valid = 20) {
  return {models::simple_cnn({}), data::digits({.train = train, .valid = valid}), std::move(options)};
}

using test::weights_of;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const BadInput& error) {
    return error.what();
  }
  return "nothing";
}

struct Way {
  const char* name;
  double smoothing;
  bool mixed;
};

class WeightlessBatches : public testing::TestWithParam<Way> {};

// Batches of four: most have no sample of class 9.
TEST_P(WeightlessBatches, CountNothing) {
  Learner learner = make({.batch_size = 4,
                          .optimizer = Sgd{},
                          .label_smoothing = GetParam().smoothing,
                          .class_weights = only(9)});
  if (GetParam().mixed) learner.add(MixUp());
  int weightless = 0;
  std::vector<float> before;
  learner.on(Event::before_batch, [&](Learner& l) { before = weights_of(l); });
  learner.on(Event::after_batch, [&](Learner& l) {
    if (l.progress().weight > 0) return;
    ++weightless;
    EXPECT_EQ(l.progress().loss, 0);
    EXPECT_EQ(weights_of(l), before);
  });
  learner.fit(2, 0.05);
  EXPECT_GT(weightless, 2);
  for (const EpochRecord& record : learner.history()) {
    EXPECT_GT(record.train.loss, 0);
    EXPECT_GT(record.valid.loss, 0);
    EXPECT_TRUE(std::isfinite(record.train.loss + record.valid.loss));
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, WeightlessBatches,
                         testing::Values(Way{"plain", 0, false}, Way{"smooth", 0.1, false},
                                         Way{"mixed", 0, true}, Way{"smooth_and_mixed", 0.1, true}),
                         [](const auto& way) { return way.param.name; });

TEST(ClassWeights, OfASetWithoutWeightAreRefused) {
  // Sample i shows i mod 10, so a validation set of five has no 9.
  const std::string valid = refusal([] { make({.class_weights = only(9)}, 40, 5); });
  EXPECT_NE(valid.find("the validation set has no sample of a class with a weight above 0"),
            std::string::npos)
      << valid;
  EXPECT_NE(valid.find("\"9\""), std::string::npos) << valid;
  Learner blind = make({.class_weights = only(9), .validate = false}, 40, 5);
  blind.fit(1, 0.01);
  EXPECT_NE(refusal([&] { blind.validate(); }).find("no sample of a class with a weight"), std::string::npos);

  const DataSplits digits = data::digits({.train = 10, .valid = 10});
  const DataSplits fives{"fives", data::digits({.train = 10, .valid = 5}).valid, digits.valid};
  const std::string train =
      refusal([&] { Learner(models::simple_cnn({}), fives, {.class_weights = only(9, 2)}); });
  EXPECT_NE(train.find("the training set has no sample"), std::string::npos) << train;
  EXPECT_NE(refusal([] { make({.class_weights = std::vector<double>(10, 0.0)}); }), "nothing");
}

// Only the ratios matter, mixed or not: training and validation losses stay comparable.
TEST(ClassWeights, AreNormalisedInEveryLoss) {
  for (const bool mixed : {false, true}) {
    std::vector<EpochRecord> records;
    for (const double weight : {0.0, 1.0, 10.0}) {
      LearnerOptions options{.batch_size = 8, .optimizer = Sgd{}};
      if (weight > 0) options.class_weights.assign(10, weight);
      Learner learner = make(std::move(options));
      if (mixed) learner.add(MixUp());
      learner.fit(1, 0.01);
      records.push_back(learner.history().back());
    }
    for (const EpochRecord& record : records) {
      EXPECT_NEAR(record.train.loss, records[0].train.loss, 1e-5) << mixed;
      EXPECT_NEAR(record.valid.loss, records[0].valid.loss, 1e-5) << mixed;
      EXPECT_NEAR(record.train.loss, record.valid.loss, 1) << mixed;
    }
  }
}

// The whole set in one step, or in steps of four with gradients weighted by their batches' weights.
TEST(ClassWeights, CountInAccumulatedGradients) {
  std::vector<double> weights(10, 1.0);
  weights[0] = 0;
  weights[3] = 20;
  const auto trained = [&](std::int64_t batch_size) {
    Learner learner = make({.batch_size = batch_size,
                            .optimizer = Sgd{},
                            .class_weights = weights,
                            .seed = 2,
                            .validate = false});
    if (batch_size < 40) learner.add(GradientAccumulation({.batches = 40 / batch_size}));
    learner.fit(1, 0.1);
    return weights_of(learner);
  };
  const std::vector<float> whole = trained(40);
  const std::vector<float> parts = trained(4);
  double largest = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(whole[i] - parts[i])));
  }
  EXPECT_LT(largest, 1e-5);
}

// Most batches have weight 0; the sweep finds the losses of the others. At these rates nothing is learnt.
TEST(ClassWeights, DoNotFoolTheRateFinder) {
  const Learner learner = make({.batch_size = 4, .class_weights = only(9)});
  const LrFinding finding = learner.find_lr({.sweep = {.from = 1e-7, .to = 1e-5, .batches = 20}});
  for (const LrPoint& point : finding.curves.at(0)) EXPECT_GT(point.loss, 0);
}

}  // namespace
}  // namespace lehr
