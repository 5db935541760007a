// ActivationStats records the network's tensors and does not change the training.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/core/error.hpp"
#include "support/manual_clock.hpp"

namespace lehr {
namespace {

using test::small_learner;
using test::weights_of;

std::unique_ptr<Learner> learner_with(ActivationStatsOptions options, bool batch_norm = true) {
  if (!options.budget && options.every == 0) options.every = 1;  // not what the machine has time for
  auto learner = small_learner({.batch_size = 64, .seed = 5}, {.batch_norm = batch_norm});
  learner->add(ActivationStats(std::move(options)));
  return learner;
}

std::uint64_t sum_of(const SignedHistogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
}

TEST(ActivationStats, HoldsEveryLayerAtEveryBatch) {
  const auto learner = learner_with({});
  learner->fit(2, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  ASSERT_EQ(stats.points().size(), 10U);
  ASSERT_EQ(stats.layers().size(), 5U);
  const LayerStats& first = stats.layer("0");
  EXPECT_EQ(first.info.type, "conv2d + batch_norm + activation");
  EXPECT_EQ(first.info.shape, (std::vector<std::int64_t>{8, 14, 14}));
  EXPECT_EQ(first.info.receptive_field, 5);
  EXPECT_EQ(first.info.parameters, 8 * 25 + 16);
  EXPECT_EQ(first.info.bytes, 64 * 8 * 14 * 14 * 4);
  EXPECT_GT(first.info.forward_seconds, 0);
  EXPECT_GT(first.info.backward_seconds, 0);
  for (const LayerStats& layer : stats.layers()) {
    ASSERT_EQ(layer.activation.size(), 10U) << layer.info.name;
    EXPECT_TRUE(layer.update.empty());
    for (std::size_t i = 0; i < 10; ++i) {
      const std::int64_t each = layer.info.bytes / 4 / 64;
      EXPECT_EQ(layer.activation[i].count, each * (i % 5 == 4 ? 44 : 64));
      EXPECT_EQ(sum_of(layer.activation[i].values), static_cast<std::uint64_t>(layer.activation[i].count));
    }
  }
  EXPECT_EQ(first.activation.min()[0], 0) << "after the activation";
  EXPECT_EQ(stats.points()[7].epoch, 1);
  EXPECT_EQ(stats.points()[7].batch, 2);
  EXPECT_EQ(stats.points()[7].step, 7);
  EXPECT_GT(stats.points()[7].loss, 0);
  EXPECT_GT(stats.overhead(), 0);
}

// The statistics match the tensors: they are computed again from the values that the plan kept.
TEST(ActivationStats, MeasuresTheTensorsThemselves) {
  const auto learner = learner_with({.gradients = true}, false);
  std::vector<double> norms;
  std::vector<double> update_norms;
  std::vector<float> before;
  learner->on(Event::before_step, [&](Learner& l) {
    double squares = 0;
    const Tensor grad = l.parameters().get_grad("4.weight");
    for (const float value : grad.elements<float>())
      squares += static_cast<double>(value) * static_cast<double>(value);
    norms.push_back(std::sqrt(squares));
    const Tensor weight = l.parameters().get("4.weight");
    before.assign(weight.elements<float>().begin(), weight.elements<float>().end());
  });
  learner->on(Event::after_step, [&](Learner& l) {
    const Tensor weight = l.parameters().get("4.weight");
    double squares = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
      squares +=
          std::pow(static_cast<double>(weight.elements<float>()[i]) - static_cast<double>(before[i]), 2);
    }
    update_norms.push_back(std::sqrt(squares));
  });
  learner->fit(1, 1e-3);
  const LayerStats& layer = learner->callback<ActivationStats>().layer("4");
  for (std::size_t i = 0; i < norms.size(); ++i) {
    EXPECT_NEAR(layer.weight_gradient[i].norm, norms[i], 1e-5 * norms[i]);
    EXPECT_NEAR(layer.update[i].norm, update_norms[i], 1e-5 * update_norms[i]);
    EXPECT_NEAR(layer.update_ratio()[i], update_norms[i] / layer.weight[i].norm, 1e-6);
    EXPECT_GT(layer.activation_gradient[i].norm, 0);
  }
}

TEST(ActivationStats, LeavesTheTrainingAsItIs) {
  const auto without = small_learner();
  without->fit(2, 1e-3);
  for (const bool gradients : {false, true}) {
    const auto with = learner_with({.gradients = gradients, .validation = true});
    with->fit(2, 1e-3);
    EXPECT_EQ(weights_of(*with), weights_of(*without));
  }
}

TEST(ActivationStats, SeesBeforeTheActivationWhereAsked) {
  const auto learner = learner_with({.before_activation = true}, false);
  learner->fit(1, 1e-3);
  EXPECT_LT(learner->callback<ActivationStats>().layer("0").activation.min()[0], 0);
}

TEST(ActivationStats, RecordsWhatIsAskedFor) {
  const auto learner = learner_with({.every = 2, .layers = {"3", "1?"}, .histograms = false});
  learner->fit(2, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  EXPECT_EQ(stats.points().size(), 5U);
  ASSERT_EQ(stats.layers().size(), 2U);
  EXPECT_EQ(stats.layers()[1].info.name, "12");
  EXPECT_EQ(sum_of(stats.layers()[0].activation[0].values), 0U);
  const auto validated = learner_with({.validation = true});
  validated->fit(1, 1e-3);
  EXPECT_EQ(validated->callback<ActivationStats>().points().size(), 7U);
  EXPECT_FALSE(validated->callback<ActivationStats>().points().back().training);
}

TEST(ActivationStats, MakesHistogramsOfWeightsOnRequestAlone) {
  for (const bool wanted : {false, true}) {
    const auto learner = small_learner();
    learner->add(ActivationStats({.every = 1, .gradients = true, .weight_histograms = wanted}));
    learner->fit(1, 1e-3);
    const LayerStats& layer = learner->callback<ActivationStats>().layer("0");
    for_each_series(layer, [&](store::Watched what, const StatSeries& series) {
      const bool of_activations =
          what == store::Watched::activation || what == store::Watched::activation_gradient;
      EXPECT_EQ(series[0].magnitudes != MagnitudeHistogram{}, of_activations || wanted)
          << static_cast<int>(what);
    });
  }
}

TEST(ActivationStats, BatchesWithoutAStepHaveNoUpdate) {
  const auto learner = learner_with({.gradients = true});
  learner->add(GradientAccumulation({.batches = 2}));
  learner->fit(1, 1e-3);
  const LayerStats& layer = learner->callback<ActivationStats>().layer("0");
  EXPECT_EQ(layer.update[0].count, 0);
  EXPECT_TRUE(std::isnan(layer.update_ratio()[0]));
  EXPECT_GT(layer.update[1].count, 0);
  EXPECT_GT(layer.activation[0].count, 0);
}

// A long run thins its series, but a batch that differs from all others is kept.
TEST(ActivationStats, IsBoundedAndKeepsExtremes) {
  const auto learner = learner_with({.most_points = 16}, false);
  learner->on(Event::before_batch, [](Learner& l) {
    if (!l.progress().training || l.progress().train_batches != 43) return;
    for (float& value : l.batch().pixels()) value *= 100;
  });
  learner->fit(20, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  EXPECT_LE(stats.points().size(), 16U);
  EXPECT_GE(stats.points().size(), 6U);
  const auto points = stats.points();
  const auto odd = std::ranges::find(points, 43, &store::StepRow::step);
  ASSERT_NE(odd, points.end());
  EXPECT_GT(stats.layer("0").std()[static_cast<std::size_t>(odd - points.begin())],
            10 * stats.layer("0").std()[0]);
  for (const LayerStats& layer : stats.layers()) EXPECT_EQ(layer.activation.size(), points.size());
}

/// Listens during the lifetime of the Learner.
void listen(Learner& learner, ActivationStats::Sink sink) {
  const auto listening = learner.callback<ActivationStats>().listen(std::move(sink));
  learner.on(Event::clean_up, [listening](Learner&) {});
}

// The training takes a millisecond a batch and a record takes three, on a clock that the test moves.
std::unique_ptr<Learner> timed_learner(ActivationStatsOptions options, double record_seconds = 0.003) {
  auto learner = small_learner();
  learner->add(ActivationStats(std::move(options)));
  learner->on(Event::after_loss, [](Learner&) { test::ManualClock::advance(0.001); });
  listen(*learner, [record_seconds](const store::StepRow&, const auto&) {
    test::ManualClock::advance(record_seconds);
  });
  return learner;
}

// Whatever a record costs, the next one waits until the training time pays for both.
TEST(ActivationStats, HoldsItsBudget) {
  const test::ManualClock clock;
  const auto learner = timed_learner({.budget = 0.1});
  learner->fit(60, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  EXPECT_EQ(stats.batches(), 300);
  EXPECT_EQ(stats.records(), 9);  // 0.3 s of training have room for ten, the tenth from the last batch on
  EXPECT_EQ(stats.points().size(), 9U);
  EXPECT_NEAR(stats.overhead(), 9 * 0.003 / 0.3, 1e-9);
}

TEST(ActivationStats, HoldsFivePercentByDefault) {
  const test::ManualClock clock;
  const auto learner = timed_learner({}, 0.001);
  learner->fit(60, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  EXPECT_EQ(stats.budget(), 0.05);
  EXPECT_EQ(stats.records(), 14);
  EXPECT_LE(stats.overhead(), 0.05);
}

TEST(ActivationStats, RecordsEveryBatchOnRequestWhateverItCosts) {
  for (const ActivationStatsOptions& options :
       {ActivationStatsOptions{.every = 1}, ActivationStatsOptions{.budget = 0}}) {
    const test::ManualClock clock;
    const auto learner = timed_learner(options, 1);
    learner->fit(2, 1e-3);
    EXPECT_EQ(learner->callback<ActivationStats>().budget(), 0);
    EXPECT_EQ(learner->callback<ActivationStats>().records(), 10);
  }
}

TEST(ActivationStats, ABudgetHoldsWithBatchesLeftOutToo) {
  const test::ManualClock clock;
  const auto learner = timed_learner({.every = 2, .budget = 0.1}, 0.0001);
  learner->fit(4, 1e-3);
  EXPECT_EQ(learner->callback<ActivationStats>().records(), 10);
  for (const store::StepRow& point : learner->callback<ActivationStats>().points())
    EXPECT_EQ(point.step % 2, 0);
}

// The cost of the first record does not predict the next ones, because it fills caches and
// allocates.
TEST(ActivationStats, AnExpensiveFirstRecordIsPaidOnce) {
  const test::ManualClock clock;
  const auto learner = timed_learner({.budget = 0.1}, 0);
  listen(*learner, [](const store::StepRow& point, const auto&) {
    test::ManualClock::advance(point.step == 0 ? 0.00095 : 0.00001);
  });
  learner->fit(4, 1e-3);
  EXPECT_EQ(learner->callback<ActivationStats>().points()[1].step, 10);
  EXPECT_EQ(learner->callback<ActivationStats>().records(), 11);
}

// The training is bit-identical for any number of recorded batches.
TEST(ActivationStats, ABudgetLeavesTheTrainingAsItIs) {
  const auto without = small_learner();
  without->fit(3, 1e-3);
  for (const double cost : {0.0, 0.001, 1.0}) {
    const test::ManualClock clock;
    const auto with = timed_learner({.gradients = true, .budget = 0.3}, cost);
    with->fit(3, 1e-3);
    EXPECT_EQ(weights_of(*with), weights_of(*without));
  }
}

// A tensor that was not measured has no row in the store and in the series.
TEST(ActivationStats, WhatWasNotMeasuredHasNoRow) {
  auto learner = small_learner();
  learner->add(ActivationStats({.every = 1, .gradients = true, .validation = true}));
  std::map<bool, std::set<store::Watched>> found;
  listen(*learner, [&](const store::StepRow& point, const store::PackedStats& stats) {
    for (const store::PackedTensor& tensor : stats.tensors()) {
      EXPECT_GT(tensor.numbers.count, 0);
      found[point.training].insert(tensor.what);
    }
  });
  learner->fit(1, 1e-3);
  EXPECT_EQ(found[true].size(), 5U);
  EXPECT_EQ(found[false], std::set{store::Watched::activation});
  const auto& stats = learner->callback<ActivationStats>();
  const LayerStats& layer = stats.layer("0");
  EXPECT_EQ(layer.activation_gradient.size(), stats.points().size());
  EXPECT_FALSE(stats.points().back().training);
  EXPECT_TRUE(std::isnan(layer.activation_gradient.mean().back()));
  EXPECT_TRUE(std::isnan(layer.update_ratio().back()));
  EXPECT_FALSE(std::isnan(layer.mean().back()));
}

std::unique_ptr<Learner> residual_learner(std::vector<std::string> layers) {
  auto learner = std::make_unique<Learner>(models::resnet_small({.in = {1, 28, 28}, .widths = {4, 8}}),
                                           data::digits({.train = 100, .valid = 20, .seed = 3}),
                                           LearnerOptions{.batch_size = 50, .seed = 5});
  if (layers.empty()) return learner;
  learner->add(ActivationStats({.every = 1, .layers = std::move(layers), .gradients = true}));
  return learner;
}

// The activation after an addition is fused with it. If the addition or a norm is watched by
// itself, it is not fused.
TEST(ActivationStats, WatchesActivationsAdditionsAndNormsOfResidualNetworks) {
  const auto without = residual_learner({});
  without->fit(1, 1e-3);
  const auto behind = residual_learner({"layer2.0.relu2", "relu"});
  const auto apart = residual_learner({"layer2.0.relu2", "layer2.0.add", "layer2.0.bn1"});
  behind->fit(1, 1e-3);
  apart->fit(1, 1e-3);
  EXPECT_EQ(weights_of(*behind), weights_of(*without));
  EXPECT_EQ(weights_of(*apart), weights_of(*without));
  const auto& stats = apart->callback<ActivationStats>();
  const LayerStats& relu = stats.layer("layer2.0.relu2");
  const LayerStats& add = stats.layer("layer2.0.add");
  const LayerStats& norm = stats.layer("layer2.0.bn1");
  const LayerStats& fused = behind->callback<ActivationStats>().layer("layer2.0.relu2");
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(relu.activation[i].min, 0);
    EXPECT_LT(add.activation[i].min, 0);
    EXPECT_EQ(relu.activation[i].max, add.activation[i].max);
    EXPECT_LT(norm.activation[i].min, 0);
    EXPECT_GT(add.activation_gradient[i].norm, 0);
    EXPECT_LE(add.activation_gradient[i].norm, relu.activation_gradient[i].norm);
    EXPECT_EQ(fused.activation[i].mean, relu.activation[i].mean);
    EXPECT_EQ(fused.activation[i].values, relu.activation[i].values);
    EXPECT_EQ(fused.activation_gradient[i].norm, relu.activation_gradient[i].norm);
    EXPECT_EQ(relu.weight[i].count, 0) << "it has none";
  }
  EXPECT_GT(add.info.forward_seconds.value_or(0), 0);
  EXPECT_GT(fused.info.forward_seconds.value_or(0), 0);
}

// A frozen layer has no gradient. A batch without a backward pass does not have the gradients of
// the previous batch.
TEST(ActivationStats, GradientsThatNobodyComputedAreNone) {
  auto learner = small_learner();
  learner->add(ActivationStats({.every = 1, .gradients = true}));
  learner->on(Event::before_backward, [](Learner& l) {
    if (l.progress().batch == 2) l.cancel(Scope::batch);
  });
  learner->fit(1, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  const LayerStats& layer = stats.layer("0");
  for (std::size_t i = 0; i < stats.points().size(); ++i) {
    EXPECT_EQ(layer.activation_gradient[i].count > 0, stats.points()[i].batch != 2);
    EXPECT_EQ(layer.update[i].count > 0, stats.points()[i].batch != 2);
  }
}

TEST(ActivationStats, RecordsNothingOfAValidationOutsideAFit) {
  const auto learner = learner_with({.validation = true});
  learner->validate();
  EXPECT_TRUE(learner->callback<ActivationStats>().points().empty());
  learner->fit(1, 1e-3);
  const std::size_t points = learner->callback<ActivationStats>().points().size();
  learner->validate();
  EXPECT_EQ(learner->callback<ActivationStats>().points().size(), points);
}

TEST(ActivationStats, ColorDimAndDeadChartFollowTheirDefinitions) {
  const auto learner = learner_with({});
  learner->fit(1, 1e-3);
  const StatSeries& series = learner->callback<ActivationStats>().layer("0").activation;
  const StatImage image = series.color_dim();
  EXPECT_EQ(image.rows, 40U);
  EXPECT_EQ(image.columns, 5U);
  EXPECT_FLOAT_EQ(image.at(1, 3), std::log1p(static_cast<float>(series[3].magnitudes.counts[1])));
  const auto& counts = series[3].magnitudes.counts;
  const double low = static_cast<double>(counts[0] + counts[1]);
  EXPECT_NEAR(series.dead_chart()[3], low / static_cast<double>(series[3].count), 1e-6);
}

TEST(ActivationStats, GoesOnAfterAResume) {
  const test::TestFolder folder;
  const auto whole = learner_with({.gradients = true, .most_points = 16});
  whole->fit(5, 1e-3);
  const auto first = learner_with({.gradients = true, .most_points = 16});
  first->on(
      Event::after_batch,
      [&](Learner& l) {
        if (!l.progress().training || l.progress().train_batches != 18) return;
        l.save_checkpoint(folder / "c.safetensors");
        l.cancel(Scope::fit);
      },
      50);
  first->fit(5, 1e-3);
  const auto second = learner_with({.gradients = true, .most_points = 16});
  second->fit(5, 1e-3, {.resume = folder / "c.safetensors"});
  const auto& a = whole->callback<ActivationStats>();
  const auto& b = second->callback<ActivationStats>();
  ASSERT_EQ(a.points().size(), b.points().size());
  for (std::size_t i = 0; i < a.points().size(); ++i) EXPECT_EQ(a.points()[i].step, b.points()[i].step);
  EXPECT_EQ(a.layer("3").std(), b.layer("3").std());
  EXPECT_EQ(a.layer("3").update_ratio(), b.layer("3").update_ratio());
}

TEST(ActivationStats, CountsChannelsOnRequest) {
  const auto without = learner_with({});
  without->fit(1, 1e-3);
  EXPECT_TRUE(without->callback<ActivationStats>().layer("3").activation.channels(0).empty());
  EXPECT_EQ(without->callback<ActivationStats>().layer("3").dead_channels_text(), "");

  const auto learner = learner_with({.gradients = true, .channels = true});
  learner->fit(1, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  for (const LayerStats& layer : stats.layers()) {
    for (std::size_t i = 0; i < stats.points().size(); ++i) {
      const ChannelStats channels = layer.activation.channels(i);
      ASSERT_EQ(std::ssize(channels.counts), layer.info.shape[0]) << layer.info.name;
      std::int64_t zero = 0;
      std::int64_t near_zero = 0;
      for (const ChannelCounts& counts : channels.counts) {
        zero += counts.zero;
        near_zero += counts.near_zero_abs;
        EXPECT_EQ(counts.saturated, 0U) << "a ReLU is nowhere flat above zero";
      }
      EXPECT_EQ(zero, layer.activation[i].zero);
      EXPECT_EQ(near_zero, layer.activation[i].near_zero_abs);
      EXPECT_EQ(channels.values * std::ssize(channels.counts), layer.activation[i].count);
    }
    EXPECT_TRUE(layer.activation_gradient.channels(0).empty());
  }
  EXPECT_EQ(weights_of(*learner), weights_of(*without));
}

// A large negative shift after the norm kills two channels.
TEST(ActivationStats, NamesDeadChannels) {
  const auto learner = learner_with({.channels = true});
  learner->on(Event::before_batch, [](Learner& l) {
    Tensor shift = l.parameters().get("4.bias");
    for (const std::size_t channel : {4U, 11U}) shift.elements<float>()[channel] = -1000;
    l.parameters().set("4.bias", shift);
  });
  learner->fit(1, 1e-3);
  const auto& stats = learner->callback<ActivationStats>();
  EXPECT_EQ(stats.layer("3").activation.dead_channels(), (std::vector<std::int64_t>{4, 11}));
  EXPECT_EQ(stats.layer("3").dead_channels_text(), "layer 3: 2 of 16 channels dead: 4, 11");
  EXPECT_TRUE(stats.layer("6").activation.dead_channels().empty());
}

// A value is saturated if the function is flat there, measured at its input or its output.
TEST(ActivationStats, CountsSaturatedValues) {
  std::vector<double> shares;
  for (const bool before : {false, true}) {
    auto learner = small_learner({.batch_size = 64, .seed = 5},
                                 {.batch_norm = true, .activation = {.kind = ops::Activation::Kind::tanh}});
    learner->add(ActivationStats({.every = 1, .channels = true, .before_activation = before}));
    learner->fit(1, 1e-3);
    const StatSeries& series = learner->callback<ActivationStats>().layer("0").activation;
    std::int64_t saturated = 0;
    for (const ChannelCounts& counts : series.channels(0).counts) saturated += counts.saturated;
    shares.push_back(static_cast<double>(saturated) / static_cast<double>(series[0].count));
  }
  EXPECT_GT(shares[0], 0.005);
  EXPECT_LT(shares[0], 0.2);
  EXPECT_NEAR(shares[0], shares[1], 1e-4);
}

TEST(ActivationStats, ChannelsComeBackWithACheckpoint) {
  const test::TestFolder folder;
  const ActivationStatsOptions options{.every = 1, .channels = true};
  const auto first = learner_with(options);
  first->on(
      Event::after_batch,
      [&](Learner& l) {
        if (!l.progress().training || l.progress().train_batches != 3) return;
        l.save_checkpoint(folder / "c.safetensors");
        l.cancel(Scope::fit);
      },
      50);
  first->fit(1, 1e-3);
  const auto second = learner_with(options);
  second->fit(1, 1e-3, {.resume = folder / "c.safetensors"});
  const StatSeries& a = first->callback<ActivationStats>().layer("3").activation;
  const StatSeries& b = second->callback<ActivationStats>().layer("3").activation;
  ASSERT_EQ(b.size(), 5U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(a.channels(i), b.channels(i));
  EXPECT_FALSE(b.channels(4).empty());
}

TEST(ActivationStats, SaysWhatIsWrong) {
  EXPECT_THROW(ActivationStats({.every = -1}), BadInput);
  EXPECT_THROW(ActivationStats({.budget = -1}), BadInput);
  EXPECT_THROW(ActivationStats({.most_points = 3}), BadInput);
  const auto learner = learner_with({.layers = {"conv*"}});
  EXPECT_THROW(learner->fit(1, 1e-3), BadInput);
  const auto fine = learner_with({});
  fine->fit(1, 1e-3);
  EXPECT_THROW(fine->callback<ActivationStats>().layer("conv1"), BadInput);
}

}  // namespace
}  // namespace lehr
