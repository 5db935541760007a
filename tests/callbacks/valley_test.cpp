// The validation loss between the middle and the end of the last epoch.
#include <gtest/gtest.h>

#include <memory>

#include "callbacks/support.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/callbacks/valley.hpp"
#include "lehr/core/error.hpp"
#include "support/message_of.hpp"

namespace lehr {
namespace {

using test::small_learner;

/// The validation loss of a Learner with these parameters.
double loss_with(const Parameters& parameters) {
  const auto learner = small_learner();
  learner->parameters().restore(parameters);
  return learner->validate().loss;
}

TEST(Valley, MeasuresTheMiddleTheEndAndTheirMean) {
  const auto learner = small_learner();  // five batches: the middle is after the second one
  learner->add(Valley());
  std::unique_ptr<Parameters> middle;
  learner->on(Event::after_batch, [&middle](Learner& l) {
    const Progress& p = l.progress();
    if (p.training && p.epoch == 1 && p.batch == 1) middle = l.parameters().snapshot();
  });
  learner->fit(2, 1e-2);
  EXPECT_TRUE(learner->history().front().values.empty());
  const EpochRecord& last = learner->history().back();
  EXPECT_EQ(last.values.at("valley_end"), last.valid.loss);
  EXPECT_EQ(last.values.at("valley_before"), loss_with(*middle));
  const std::unique_ptr<Parameters> between = learner->parameters().snapshot();
  between->backend().lerp(between->values(), middle->values(), 0.5F);
  between->backend().lerp(between->states(), middle->states(), 0.5F);
  EXPECT_NEAR(last.values.at("valley_between"), loss_with(*between), 1e-6);
  EXPECT_NE(last.values.at("valley_before"), last.values.at("valley_end"));
}

TEST(Valley, IsThatOfTheWeightsAndNotOfTheirAverage) {
  const auto plain = small_learner();
  plain->add(Valley());
  plain->fit(2, 1e-2);
  const auto averaged = small_learner();
  averaged->add(Valley());
  averaged->add(Ema());
  averaged->fit(2, 1e-2);
  EXPECT_EQ(averaged->history().back().values, plain->history().back().values);
  EXPECT_NE(averaged->history().back().valid.loss, plain->history().back().valid.loss);
}

TEST(Valley, IsNotMeasuredIfTheLastEpochIsNotReached) {
  const auto learner = small_learner();
  learner->add(Valley());
  learner->on(Event::after_epoch, [](Learner& l) { l.cancel(Scope::fit); });
  learner->fit(2, 1e-2);
  EXPECT_TRUE(learner->history().back().values.empty());
}

TEST(Valley, NeedsTheValidation) {
  const auto learner = small_learner({.batch_size = 64, .validate = false});
  learner->add(Valley());
  EXPECT_NE(test::message_of<BadInput>([&] { learner->fit(1, 1e-2); }).find("needs the validation"),
            std::string::npos);
}

}  // namespace
}  // namespace lehr
