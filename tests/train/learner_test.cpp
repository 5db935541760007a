#include "lehr/train/learner.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "support/device.hpp"
#include "support/weights.hpp"

namespace lehr {
namespace {

DataSplits thousand_digits() { return data::digits({.train = 1000, .valid = 200, .seed = 3}); }

Graph normed_cnn() { return models::simple_cnn({.batch_norm = true}); }

using test::weights_of;

/// Runs given functions at events.
class At final : public Callback {
 public:
  std::function<void(Learner&)> batch{};
  std::function<void(Learner&)> epoch{};
  std::string_view name() const override { return "at"; }
  void after_batch(Learner& learner) override {
    if (batch) batch(learner);
  }
  void after_epoch(Learner& learner) override {
    if (epoch) epoch(learner);
  }
};

TEST(Learner, LearnsDigits) {
  Learner learner(normed_cnn(), data::digits({.train = 4000, .valid = 500}), {.batch_size = 64});
  const double before = learner.validate().accuracy;
  learner.fit_one_cycle(4, 0.02);
  EXPECT_LT(before, 0.4);
  EXPECT_GT(learner.history().back().valid.accuracy, 0.93);
  EXPECT_LT(learner.history().back().train.loss, learner.history().front().train.loss);
}

TEST(Learner, GivesTheSameBitsForTheSameSeed) {
  const auto trained = [](std::uint64_t seed, int prefetch) {
    Learner learner(normed_cnn(), thousand_digits(), {.batch_size = 96, .seed = seed, .prefetch = prefetch});
    learner.fit_one_cycle(2, 0.01);
    return weights_of(learner);
  };
  const std::vector<float> first = trained(1, 0);
  EXPECT_EQ(trained(1, 0), first);
  EXPECT_EQ(trained(1, 3), first);
  EXPECT_NE(trained(2, 0), first);
}

TEST(Learner, TrainsOnTheRemainderUnlessToldToDropIt) {
  Learner whole(normed_cnn(), thousand_digits(), {.batch_size = 300});
  whole.fit(1, 1e-3);
  EXPECT_EQ(whole.history().back().train.samples, 1000);
  EXPECT_EQ(whole.progress().steps, 4);
  Learner dropped(normed_cnn(), thousand_digits(), {.batch_size = 300, .drop_last = true});
  dropped.fit(1, 1e-3);
  EXPECT_EQ(dropped.history().back().train.samples, 900);
}

TEST(Learner, MeasuresTheWholeSetWhateverTheBatchSize) {
  for (const std::vector<double>& class_weights : {std::vector<double>{}, {1, 2, 3, 4, 5, 1, 2, 3, 4, 5}}) {
    std::vector<SetMetrics> found;
    for (const std::int64_t batch_size : {200, 64, 7, 1}) {
      Learner learner(normed_cnn(), thousand_digits(),
                      {.batch_size = batch_size, .class_weights = class_weights});
      found.push_back(learner.validate());
      EXPECT_EQ(found.back().samples, 200);
      EXPECT_EQ(found.back().accuracy, found.front().accuracy);
      EXPECT_NEAR(found.back().loss, found.front().loss, 1e-6 * found.front().loss);
    }
  }
}

TEST(Learner, StopsAfterTheBatchWhenAsked) {
  Learner learner(normed_cnn(), thousand_digits(), {.batch_size = 100});
  At& at = learner.add(At());
  at.batch = [](Learner& asked) {
    if (asked.progress().batch == 2) asked.request_stop();
  };
  learner.fit(3, 1e-3);
  EXPECT_TRUE(learner.stopped());
  EXPECT_EQ(learner.progress().steps, 3);
  ASSERT_EQ(learner.history().size(), 1U);
  EXPECT_EQ(learner.history().front().valid.samples, 0);
}

TEST(Learner, StopsDuringValidationWithoutAHalfResult) {
  Learner learner(normed_cnn(), thousand_digits(), {.batch_size = 100});
  At& at = learner.add(At());
  at.batch = [](Learner& asked) {
    if (!asked.progress().training) asked.request_stop();
  };
  learner.fit(3, 1e-3);
  EXPECT_TRUE(learner.stopped());
  EXPECT_EQ(learner.progress().steps, 10);
  ASSERT_EQ(learner.history().size(), 1U);
  EXPECT_EQ(learner.history().front().valid.samples, 0);
  at.batch = nullptr;
  learner.fit(1, 1e-3);  // a later fit starts from the beginning
  EXPECT_FALSE(learner.stopped());
  EXPECT_EQ(learner.history().back().valid.samples, 200);
}

TEST(Learner, FollowsItsSchedules) {
  Learner learner(normed_cnn(), thousand_digits(), {.batch_size = 250, .validate = false});
  std::vector<double> rates;
  std::vector<double> momenta;
  At& at = learner.add(At());
  at.batch = [&](Learner& asked) {
    rates.push_back(asked.progress().lr);
    momenta.push_back(asked.progress().momentum);
  };
  const schedules::RateAndMomentum schedule{[](double p) { return 1e-3 * (1 - p); },
                                            [](double p) { return 0.8 + 0.1 * p; }};
  learner.fit(2, schedule);
  ASSERT_EQ(rates.size(), 8U);
  for (std::size_t i = 0; i < rates.size(); ++i) {
    EXPECT_DOUBLE_EQ(rates[i], 1e-3 * (1 - static_cast<double>(i) / 8));
    EXPECT_DOUBLE_EQ(momenta[i], 0.8 + 0.1 * static_cast<double>(i) / 8);
  }
}

TEST(Learner, SparesNormsAndBiasesFromWeightDecay) {
  Learner learner(normed_cnn(), thousand_digits(),
                  {.batch_size = 500, .optimizer = Sgd{.momentum = 0, .weight_decay = 1}});
  const auto weight_norm = [&] {
    double squares = 0;
    const Tensor weight = learner.parameters().get("9.weight");
    for (const float value : weight.elements<float>()) squares += value * value;
    return std::sqrt(squares);
  };
  const double before = weight_norm();
  learner.fit(1, 0.1);
  // Two steps at rate 0.1 with a decay of 1 remove a fifth of every decayed value; gamma started at 1.
  EXPECT_LT(weight_norm(), 0.85 * before);
  EXPECT_GT(learner.parameters().get("1.weight").elements<float>()[0], 0.9F);
}

TEST(Learner, SaysWhereTheLossWentWrong) {
  Learner learner(models::simple_cnn({}), thousand_digits(), {.batch_size = 100, .optimizer = Sgd{}});
  try {
    learner.fit(2, 1e10);
    FAIL();
  } catch (const Diverged& error) {
    EXPECT_NE(std::string(error.what()).find("epoch 1, batch "), std::string::npos) << error.what();
  }
}

TEST(Learner, RefusesWhatDoesNotFit) {
  const DataSplits digits = thousand_digits();
  EXPECT_THROW(Learner(models::simple_cnn({.classes = 7}), digits), BadInput);
  EXPECT_THROW(Learner(models::simple_cnn({.in = {3, 28, 28}}), digits), BadInput);
  EXPECT_THROW(Learner(normed_cnn(), digits, {.batch_size = 0}), BadInput);
  EXPECT_THROW(Learner(normed_cnn(), digits, {.label_smoothing = 1}), BadInput);
  EXPECT_THROW(Learner(normed_cnn(), digits, {.class_weights = {1, 2}}), BadInput);
  EXPECT_THROW(Learner(normed_cnn(), digits, {.max_batches = -1}), BadInput);
  Learner learner(normed_cnn(), digits);
  EXPECT_THROW(learner.fit(0, 1e-3), BadInput);
  EXPECT_THROW(learner.fit(1, -1e-3), BadInput);
  EXPECT_THROW(learner.fit(1, std::numeric_limits<double>::quiet_NaN()), BadInput);
}

}  // namespace
}  // namespace lehr
