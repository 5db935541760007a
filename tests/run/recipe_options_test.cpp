// Options of the network and of the recipe, through lehr::train().
#include <gtest/gtest.h>

#include <functional>

#include "lehr/core/error.hpp"
#include "lehr/data/data.hpp"
#include "lehr/models/models.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/run/train.hpp"
#include "run/support.hpp"
#include "support/weights.hpp"

namespace lehr::test {
namespace {

/// 8 batches an epoch.
TrainConfig quick_training() {
  TrainConfig config;
  config.data = "digits:64";
  config.channels = {2, 2, 2, 2};
  config.batch_size = 8;
  config.epochs = 2;
  config.threads = 1;
  config.save = false;
  return config;
}

/// Calls `read` after each training batch.
TrainResult train_reading(const TrainConfig& config, const std::function<void(Learner&)>& read) {
  TrainHooks hooks;
  hooks.before_fit = [&](const TrainStart& start) {
    start.learner.on(Event::after_batch, [&](Learner& learner) {
      if (learner.progress().training) read(learner);
    });
  };
  return train(config, hooks);
}

std::vector<double> rates_of(const TrainConfig& config) {
  std::vector<double> rates;
  train_reading(config, [&](Learner& learner) { rates.push_back(learner.progress().lr); });
  return rates;
}

TEST(NetworkOptions, MakeTheNetwork) {
  const Shape image{1, 28, 28};
  TrainConfig config;
  const auto made = [&] { return make_graph(config, image, 10).parameter_count(); };
  const auto with = [&](const std::vector<std::int64_t>& channels) {
    return models::simple_cnn({.channels = channels}).parameter_count();
  };
  config.widths = "keep";
  EXPECT_EQ(made(), with({8, 8, 8, 8}));
  config.base_width = 6;
  EXPECT_EQ(made(), with({6, 6, 6, 6}));
  config.widths = "sqrt2";
  EXPECT_EQ(made(), with({6, 8, 12, 17}));
  config.widths = "2.5";
  EXPECT_EQ(made(), with({6, 15, 38, 94}));
  config = {};
  config.depth = 30;
  config.stem_convs = 2;
  EXPECT_EQ(made(), models::simple_cnn({.stem_convs = 2, .depth = 30}).parameter_count());
}

TEST(NetworkOptions, ContradictOneAnother) {
  const ConfigTable table = train_config_table();
  const auto said = [&](const std::vector<std::pair<std::string, std::string>>& options) {
    TrainConfig config;
    for (const auto& option : options) table.give(config, option.first, option.second);
    return refusal([&] { table.check_rules(config); });
  };
  EXPECT_EQ(said({{"widths", "keep"}, {"channels", "8,8"}}), "--widths contradicts --channels");
  EXPECT_EQ(said({{"base-width", "4"}, {"channels", "8,8"}}), "--base-width contradicts --channels");
  EXPECT_EQ(said({{"stem-convs", "2"}, {"first-kernel", "5"}}), "--stem-convs contradicts --first-kernel");
  EXPECT_EQ(said({{"stem-convs", "1"}, {"first-kernel", "5"}}), "nothing was refused");
}

TEST(NetworkOptions, ReadWidthsAsARuleOrAFactor) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  table.give(config, "widths", "2.5");
  EXPECT_EQ(config.widths, "2.5");
  EXPECT_EQ(refusal([&] { table.give(config, "widths", "triple"); }),
            "--widths takes keep, sqrt2, double, quadruple or a factor above 0, found \"triple\"");
}

// Otherwise a study could not fork a run: train to the cooldown once, and end it in several ways.
TEST(Wsd, HasTheBitsOfAConstantRateUntilTheCooldown) {
  TrainConfig config = quick_training();
  config.cooldown = 0.25;  // from batch 12 of 16 on
  config.warm_up = 0.5;
  std::vector<std::vector<float>> weights[2];
  for (const bool constant : {true, false}) {
    config.schedule = constant ? "constant" : "wsd";
    if (constant) config.cooldown = TrainConfig().cooldown;
    train_reading(config, [&](Learner& learner) { weights[constant].push_back(weights_of(learner)); });
    config.cooldown = 0.25;
  }
  ASSERT_EQ(weights[0].size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) {
    // The first step of the cooldown still has the full rate.
    EXPECT_EQ(weights[0][i] == weights[1][i], i <= 12) << "after batch " << i + 1;
  }
}

TEST(Wsd, CoolsDownInTheLastShareOfTheWholeTraining) {
  TrainConfig config = quick_training();
  config.schedule = "wsd";
  config.cooldown_shape = "linear";
  config.cooldown = 0.5;
  config.warm_up = 0.25;
  config.lr = 0.08;
  const std::vector<double> rates = rates_of(config);
  const std::vector<double> expected{0,    0.04, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08,
                                     0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01};
  ASSERT_EQ(rates.size(), expected.size());
  for (std::size_t i = 0; i < rates.size(); ++i) EXPECT_NEAR(rates[i], expected[i], 1e-12) << i;
  config.warm_up = 1.5;
  EXPECT_EQ(refusal([&] { train(config); }),
            "--warm-up and --cooldown must leave room for each other: 1.5 of 2 epochs and a share of 0.5");
}

TEST(Wsd, MayFallAllTheWayAfterItsWarmUp) {
  TrainConfig config;
  config.schedule = "wsd";
  config.epochs = 10;
  config.warm_up = 8;  // 0.2 is more than 1 - 8 / 10 by rounding
  const Schedule rate = make_schedule(config, 100).rate;
  EXPECT_NEAR(rate(0.8), config.lr, 1e-9);
  EXPECT_NEAR(rate(0.85), config.lr / 2, 1e-9);
}

TEST(WarmUp, TakesFractionsOfAnEpochByBatches) {
  TrainConfig config = quick_training();
  config.schedule = "constant";
  config.lr = 0.02;
  config.epochs = 1;
  config.warm_up = 0.25;  // 2 of 8 batches
  const std::vector<double> rates = rates_of(config);
  ASSERT_EQ(rates.size(), 8U);
  EXPECT_EQ(rates[0], 0);
  EXPECT_NEAR(rates[1], 0.01, 1e-15);
  for (std::size_t i = 2; i < 8; ++i) EXPECT_EQ(rates[i], 0.02) << i;
}

TEST(LrEnd, IsTheLowEndWhateverTheHighestRate) {
  TrainConfig config;
  config.schedule = "one-cycle";
  config.lr_end = 1e-4;
  for (const double lr : {0.001, 0.01, 0.1}) {
    config.lr = lr;
    EXPECT_NEAR(make_schedule(config, 100).rate(1), 1e-4, 1e-15);
  }
  config.lr = 1e-5;
  EXPECT_EQ(
      refusal([&] { make_schedule(config, 100); }),
      "the learning rate at the end must be at least 0 and at most the highest rate, 1e-05, found 0.0001");
}

TEST(LrEnd, NeedsAScheduleThatFalls) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  config.lr_end = 0;
  config.schedule = "step";
  EXPECT_EQ(
      refusal([&] { table.check_rules(config); }),
      "--lr-end needs a --schedule that falls to a rate: cosine, exponential, flat-cos, linear, one-cycle, "
      "one-cycle-pytorch, polynomial, warmup-cosine, warmup-linear, wsd");
  config = {};
  config.cooldown = 0.1;
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--cooldown needs --schedule wsd");
  config = {};
  config.cooldown_shape = "linear";
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--cooldown-shape needs --schedule wsd");
}

/// The batches after which the optimizer stepped.
std::vector<std::int64_t> batches_of_steps(const TrainConfig& config) {
  std::vector<std::int64_t> after;
  std::int64_t steps = 0;
  train_reading(config, [&](Learner& learner) {
    if (learner.progress().steps != steps) after.push_back(learner.progress().train_batches);
    steps = learner.progress().steps;
  });
  return after;
}

TEST(GrowBatch, MultipliesTheBatchAfterEachThird) {
  TrainConfig config = quick_training();
  config.epochs = 3;
  config.schedule = "constant";
  config.grow_batch = 2;
  EXPECT_EQ(batches_of_steps(config),
            (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24}));
  config.accumulate = 2;
  EXPECT_EQ(batches_of_steps(config), (std::vector<std::int64_t>{2, 4, 6, 8, 12, 16, 24}));
  config.grow_batch = 1;
  EXPECT_EQ(batches_of_steps(config).size(), 12U);
}

TEST(GrowBatch, GoesOnToTheSameBits) {
  const Folder folder;
  TrainConfig config = quick_training();
  config.schedule = "constant";
  config.grow_batch = 2;  // steps after batches 1 to 6, then 8, 10, 14 and 16
  config.save = true;
  config.out = folder.path();
  const std::string whole = read_file(train(config).place.model);
  for (const std::int64_t batch : {3, 7, 9, 12}) {
    std::stop_source stop;
    TrainHooks hooks;
    hooks.stop = stop.get_token();
    hooks.before_fit = [&](const TrainStart& start) {
      start.learner.on(Event::after_batch, [&](Learner& learner) {
        if (learner.progress().train_batches == batch) stop.request_stop();
      });
    };
    TrainConfig resumed;
    resumed.resume = train(config, hooks).place.folder;
    resumed.threads = 1;
    EXPECT_TRUE(read_file(train(resumed).place.model) == whole) << "stopped after batch " << batch;
  }
}

/// Digits of which most are zeros.
DataSplits mostly_zeros() {
  DataSplits data = data::digits({.train = 64, .valid = 20});
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < data.train->size(); ++i) {
    Sample sample;
    sample.label = i % 8 == 1 ? 1 : 0;
    data.train->read(i, sample.picture);
    samples.push_back(std::move(sample));
  }
  const auto names = data.train->class_names();
  data.train = std::make_shared<PictureDataset>(std::move(samples),
                                                std::vector<std::string>(names.begin(), names.end()));
  return data;
}

TEST(Balance, DrawsOrWeighsRareClassesMore) {
  const auto share_of_ones = [](const std::string& balance, double* weight) {
    TrainConfig config = quick_training();
    config.balance = balance;
    TrainHooks hooks;
    hooks.data = mostly_zeros();
    double ones = 0;
    double all = 0;
    hooks.before_fit = [&](const TrainStart& start) {
      const std::vector<double>& weights = start.learner.options().class_weights;
      *weight = weights.empty() ? 1 : weights.at(1) / weights.at(0);
      start.learner.on(Event::after_batch, [&](Learner& learner) {
        if (!learner.progress().training) return;
        const Batch& batch = learner.batch();
        ones += static_cast<double>(std::count(batch.targets, batch.targets + batch.size, 1));
        all += static_cast<double>(batch.size);
      });
    };
    train(config, hooks);
    return ones / all;
  };
  double weight = 0;
  EXPECT_EQ(share_of_ones("none", &weight), 1.0 / 8);
  EXPECT_EQ(weight, 1);
  EXPECT_EQ(share_of_ones("sampler", &weight), 1.0 / 2);
  EXPECT_EQ(weight, 1);
  EXPECT_EQ(share_of_ones("weights", &weight), 1.0 / 8);
  EXPECT_EQ(weight, 7);
}

TEST(Balance, IsOneOfThreeAndContradictsClassWeights) {
  const ConfigTable table = train_config_table();
  TrainConfig config;
  EXPECT_NE(refusal([&] { table.give(config, "balance", "sample"); }).find("did you mean \"sampler\""),
            std::string::npos);
  table.give(config, "class-weights", "1,2");
  table.give(config, "balance", "none");
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "nothing was refused");
  table.give(config, "balance", "weights");
  EXPECT_EQ(refusal([&] { table.check_rules(config); }), "--balance contradicts --class-weights");
}

}  // namespace
}  // namespace lehr::test
