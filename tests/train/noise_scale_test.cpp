// The gradient noise scale against the gradients of single images.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/gradient_noise_scale.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/models/models.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/noise_scale.hpp"
#include "support/message_of.hpp"
#include "support/weights.hpp"
#include "train/noise_estimate.hpp"

namespace lehr {
namespace {

using test::message_of;
using test::weights_of;

std::unique_ptr<Learner> learner_of(std::uint64_t seed, std::int64_t batch_size) {
  return std::make_unique<Learner>(
      models::simple_cnn({.channels = {8, 8, 16, 16}}), data::digits({.train = 1000, .valid = 10, .seed = 3}),
      LearnerOptions{.batch_size = batch_size, .optimizer = Sgd{}, .seed = seed, .validate = false});
}

/// Unbiased, from the gradient of each training image.
NoiseEstimate direct_estimate(const Learner& learner) {
  const std::unique_ptr<Parameters> parameters = learner.parameters().snapshot();
  const LossGraph made = with_loss(learner.model(), *cross_entropy_loss());
  Plan plan(made.graph, *parameters, {.batch_size = 1});
  Loader loader(learner.data().train, {.batch_size = 1, .preprocessing = learner.preprocessing()});
  std::vector<double> mean(static_cast<std::size_t>(parameters->grads().count()));
  double squares = 0;
  const auto images = static_cast<double>(loader.samples());
  loader.start(0);
  while (const Batch* batch = loader.next()) {
    plan.bind_input(made.graph.inputs().front(), HostData(batch->images, batch->dtype, 28 * 28));
    plan.bind_input(made.targets, HostData(batch->targets, DType::i64, 1));
    plan.forward();
    plan.backward();
    const std::vector<float> grads = test::on_host(parameters->grads());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += static_cast<double>(grads[i]) / images;
      squares += static_cast<double>(grads[i]) * static_cast<double>(grads[i]) / images;
    }
  }
  double squares_of_mean = 0;
  for (const double value : mean) squares_of_mean += value * value;
  const double noise = (squares - squares_of_mean) * images / (images - 1);
  return {squares_of_mean - noise / images, noise};
}

void expect_near_share(double value, double expected, double share, std::uint64_t seed) {
  EXPECT_NEAR(value, expected, share * expected) << "seed " << seed;
}

TEST(NoiseScale, IsThatOfAThousandGradients) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto learner = learner_of(seed, 250);
    const NoiseEstimate direct = direct_estimate(*learner);
    const NoiseScale found = measure_noise_scale(*learner, {.batches = 32, .parts = 10});
    expect_near_share(found.images, direct.noise / direct.signal, 0.1, seed);
    expect_near_share(found.noise, direct.noise, 0.1, seed);
    EXPECT_LT(found.low, found.images);
    EXPECT_GT(found.high, found.images);
    EXPECT_EQ(found.batches, 32);
  }
}

// At rate 0 the weights stay, and both see the same images in the same order.
TEST(NoiseScale, IsTheSameInATrainingWithAndWithoutAccumulation) {
  const auto halves = learner_of(3, 250);
  const NoiseScale of_halves = measure_noise_scale(*halves, {.batches = 4});
  halves->fit(1, 0.0, {.callbacks = callbacks(GradientNoiseScale({.every = 1}))});
  const auto& values = halves->history().back().values;
  EXPECT_NEAR(values.at("noise_scale_signal"), of_halves.signal, 1e-9);
  EXPECT_NEAR(values.at("noise_scale_noise"), of_halves.noise, 1e-9 * of_halves.noise);
  EXPECT_NEAR(values.at("noise_scale"), of_halves.images, 1e-6 * of_halves.images);
  EXPECT_GT(values.at("noise_scale_smoothed"), 0);

  const NoiseScale of_fifths = measure_noise_scale(*learner_of(3, 250), {.batches = 4, .parts = 5});
  const auto accumulated = learner_of(3, 50);
  accumulated->fit(1, 0.0,
                   {.callbacks = callbacks(GradientAccumulation({.batches = 5}), GradientNoiseScale())});
  const auto& others = accumulated->history().back().values;
  EXPECT_NEAR(others.at("noise_scale_signal"), of_fifths.signal, 1e-3 * of_fifths.signal);
  EXPECT_NEAR(others.at("noise_scale_noise"), of_fifths.noise, 1e-3 * of_fifths.noise);
}

TEST(NoiseScale, MeasuresOneBatchInTwentyOrOneOfAShortEpoch) {
  for (const auto& [batches, measured] : {std::pair{100, 5}, {45, 2}, {7, 1}}) {
    const auto learner = std::make_unique<Learner>(
        models::simple_cnn({.channels = {2, 2, 2, 2}}), data::digits({.train = 1000, .valid = 10, .seed = 3}),
        LearnerOptions{.batch_size = 10, .max_batches = batches, .validate = false});
    GradientNoiseScale& scale = learner->add(GradientNoiseScale());
    CallbackState state;
    learner->on(Event::after_train, [&](Learner&) { scale.save_state(state); });
    learner->fit(1, 1e-3);
    EXPECT_EQ(state.integer("count"), measured) << batches;
  }
}

TEST(NoiseScale, WorksWithMixedTargets) {
  const auto learner = learner_of(3, 50);
  learner->fit(1, 1e-3, {.callbacks = callbacks(MixUp(), GradientNoiseScale({.every = 1}))});
  EXPECT_GT(learner->history().back().values.at("noise_scale_noise"), 0);
}

TEST(NoiseScale, DoesNotChangeTheLearner) {
  const auto plain = learner_of(1, 50);
  plain->fit(1, 1e-2);
  const auto measured = learner_of(1, 50);
  measure_noise_scale(*measured, {.batches = 3});
  measured->fit(1, 1e-2);
  EXPECT_EQ(weights_of(*measured), weights_of(*plain));
}

TEST(NoiseScale, CanBeCancelledAndRefusesImpossibleBatches) {
  const auto learner = learner_of(1, 50);
  const NoiseScale found =
      measure_noise_scale(*learner, {.progress = [](std::int64_t done, std::int64_t) { return done < 3; }});
  EXPECT_TRUE(found.cancelled);
  EXPECT_EQ(found.batches, 3);
  EXPECT_EQ(message_of<BadInput>([&] { measure_noise_scale(*learner, {.batches = 1}); }),
            "the noise scale needs 2 batches or more, found 1");
  EXPECT_EQ(message_of<BadInput>([] { measure_noise_scale(*learner_of(1, 1)); }),
            "the noise scale needs batches of 2 images or more, found batches of 1");
}

// Gradients of single images that are drawn from a known distribution.
TEST(NoiseEstimate, IsUnbiasedForPartsOfDifferentSizes) {
  constexpr int trials = 40'000;
  Rng rng(3, Purpose::test);
  NoiseEstimate mean;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<GradientPart> parts;
    double sum[2] = {};
    for (const int images : {1, 2, 5}) {
      double g[2] = {};
      for (int i = 0; i < images; ++i) {
        g[0] += 1 + 2 * static_cast<double>(rng.normal());
        g[1] += 0.5 + static_cast<double>(rng.normal());
      }
      for (int axis = 0; axis < 2; ++axis) sum[axis] += g[axis];
      parts.push_back({static_cast<double>(images), (g[0] * g[0] + g[1] * g[1]) / (images * images)});
    }
    const NoiseEstimate one = noise_estimate(parts, (sum[0] * sum[0] + sum[1] * sum[1]) / 64);
    mean.signal += one.signal / trials;
    mean.noise += one.noise / trials;
  }
  EXPECT_NEAR(mean.signal, 1.25, 0.05);
  EXPECT_NEAR(mean.noise, 5, 0.1);
}

}  // namespace
}  // namespace lehr
