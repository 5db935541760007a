// Callbacks that work on gradients, weights and rates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "callbacks/support.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/gradient_clip.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/callbacks/schedule_callback.hpp"
#include "lehr/callbacks/weight_decay.hpp"
#include "lehr/core/error.hpp"
#include "lehr/model_io/model_file.hpp"

namespace lehr {
namespace {

using test::small_learner;
using test::weights_of;

double norm(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

/// The gradients of the first batch as the optimizer step receives them.
std::vector<float> first_gradients(CallbackList list) {
  const auto learner = small_learner({.batch_size = 64, .seed = 5, .max_batches = 1});
  std::vector<float> grads;
  learner->on(Event::before_step, [&](Learner& l) { grads = test::on_host(l.parameters().grads()); });
  learner->fit(1, 1e-3, {.callbacks = std::move(list)});
  return grads;
}

TEST(GradientClip, ByNormKeepsTheDirection) {
  const std::vector<float> free = first_gradients({});
  const double limit = norm(free) / 4;
  const std::vector<float> clipped = first_gradients(callbacks(GradientClip({.limit = limit})));
  EXPECT_NEAR(norm(clipped), limit, 1e-5 * limit);
  for (std::size_t i = 0; i < free.size(); ++i) ASSERT_NEAR(clipped[i], free[i] / 4, 1e-6) << i;
  EXPECT_EQ(first_gradients(callbacks(GradientClip({.limit = 100 * norm(free)}))), free);
}

TEST(GradientClip, ByValueCutsEachElement) {
  const std::vector<float> free = first_gradients({});
  const std::vector<float> clipped =
      first_gradients(callbacks(GradientClip({.by = ClipBy::value, .limit = 0.01})));
  for (std::size_t i = 0; i < free.size(); ++i) ASSERT_EQ(clipped[i], std::clamp(free[i], -0.01F, 0.01F));
}

TEST(GradientClip, AdaptivelyBoundsEachOutputByItsWeights) {
  constexpr double limit = 0.01;
  const auto learner = small_learner({.batch_size = 64, .seed = 5, .max_batches = 1});
  learner->add(GradientClip({.by = ClipBy::adaptive, .limit = limit}));
  bool cut = false;
  learner->on(Event::before_step, [&](Learner& l) {
    const Tensor weight = l.parameters().get("3.weight");
    const Tensor grad = l.parameters().get_grad("3.weight");
    const auto size = static_cast<std::size_t>(weight.shape().numel() / weight.shape()[0]);
    for (std::size_t at = 0; at < weight.elements<float>().size(); at += size) {
      const double most = limit * norm(weight.elements<float>().subspan(at, size));
      const double found = norm(grad.elements<float>().subspan(at, size));
      EXPECT_LE(found, most * 1.00001);
      cut = cut || found > most * 0.99999;
    }
  });
  learner->fit(1, 1e-3);
  EXPECT_TRUE(cut) << "nothing was long enough to be clipped";
}

TEST(GradientAccumulation, EqualsTheLargeBatch) {
  const models::SimpleCnnOptions without_norm{};
  const auto small = small_learner({.batch_size = 25, .seed = 5}, without_norm);
  small->add(GradientAccumulation({.batches = 4}));
  small->fit(2, 1e-3);
  const auto large = small_learner({.batch_size = 100, .seed = 5}, without_norm);
  large->fit(2, 1e-3);
  EXPECT_EQ(small->progress().steps, large->progress().steps);
  const std::vector<float> a = weights_of(*small);
  const std::vector<float> b = weights_of(*large);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-5) << i;
}

TEST(GradientAccumulation, StepsAtTheEndOfTheEpochAndCountsSamples) {
  // Batches of 64, 64, 64, 64 and 44: the steps are after 192 and 108 samples.
  const auto learner = small_learner();
  learner->add(GradientAccumulation({.batches = 3}));
  learner->fit(1, 1e-3);
  EXPECT_EQ(learner->progress().steps, 2);
  EXPECT_EQ(learner->history().back().train.samples, 300);
}

/// The batches after which the optimizer stepped.
std::vector<std::int64_t> steps_of(Learner& learner, int epochs) {
  std::vector<std::int64_t> after;
  learner.on(Event::after_step, [&](Learner& l) { after.push_back(l.progress().train_batches); });
  learner.fit(epochs, 1e-3);
  return after;
}

TEST(GradientAccumulation, TakesMoreBatchesAsTheTrainingProceeds) {
  const auto learner = small_learner({.batch_size = 30, .seed = 5});  // 10 batches an epoch
  GradientAccumulationOptions options;
  options.batches_at = [](double progress) { return progress < 0.5 ? 2 : 4; };
  learner->add(GradientAccumulation(options));
  EXPECT_EQ(steps_of(*learner, 2), (std::vector<std::int64_t>{2, 4, 6, 8, 10, 14, 18, 20}));
}

TEST(GradientAccumulation, GrowsWithinAnEpoch) {
  const auto learner = small_learner({.batch_size = 30, .seed = 5});
  GradientAccumulationOptions options;
  options.batches_at = [](double progress) { return progress < 0.25 ? 1 : 3; };
  learner->add(GradientAccumulation(options));
  EXPECT_EQ(steps_of(*learner, 1), (std::vector<std::int64_t>{1, 2, 3, 6, 9, 10}));
}

TEST(GradientAccumulation, RefusesNumbersOfBatchesBelowOne) {
  const auto learner = small_learner();
  GradientAccumulationOptions options;
  options.batches_at = [](double) { return 0; };
  learner->add(GradientAccumulation(options));
  EXPECT_THROW(learner->fit(1, 1e-3), BadInput);
}

TEST(Ema, IsTheAverageOfTheWeights) {
  constexpr double decay = 0.9;
  const auto learner = small_learner();
  std::vector<float> first = weights_of(*learner);
  std::vector<double> expected(first.begin(), first.end());
  learner->on(Event::after_step, [&](Learner& l) {
    const std::vector<float> values = weights_of(l);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = decay * expected[i] + (1 - decay) * static_cast<double>(values[i]);
    }
  });
  std::vector<float> raw;
  learner->on(Event::after_train, [&](Learner& l) { raw = weights_of(l); });
  std::vector<float> validated;
  learner->on(Event::after_loss, [&](Learner& l) {
    if (!l.progress().training) validated = weights_of(l);
  });
  learner->add(Ema({.decay = decay, .warm_up = false}));
  learner->fit(2, 1e-2);
  const std::vector<float> kept = weights_of(*learner);
  EXPECT_EQ(kept, validated);
  EXPECT_NE(kept, raw);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(kept[i]), expected[i], 1e-5) << i;
  }
}

TEST(Ema, WhatIsKeptAsTheBestIsWhatWasMeasured) {
  const test::TestFolder folder;
  const auto learner = small_learner();
  learner->add(Ema({.decay = 0.9}));
  learner->add(SaveBest(folder / "best.safetensors", {.metric = "valid_loss", .lower = false}));
  learner->add(EarlyStopping(
      {.monitor = {.metric = "valid_loss", .lower = false}, .patience = 1, .restore_best = true}));
  std::vector<std::vector<float>> measured;
  learner->on(Event::after_loss, [&](Learner& l) {
    if (l.progress().training || l.progress().batch > 0) return;
    measured.push_back(weights_of(l));
  });
  learner->fit(6, 1e-2);  // the loss falls, so the first epoch is the worst, which here counts as best
  ASSERT_EQ(measured.size(), 2U);
  EXPECT_EQ(weights_of(*learner), measured.front());
  const Tensor saved = load_model(folder / "best.safetensors").parameters->get("0.weight");
  const Tensor kept = learner->parameters().get("0.weight");
  EXPECT_TRUE(std::ranges::equal(saved.elements<float>(), kept.elements<float>()));
}

TEST(Ema, AVerdictWithinAnEpochLeavesTheTrainingAsItIs) {
  const auto with = small_learner();
  with->add(Ema({.keep = false}));
  with->on(Event::after_batch, [](Learner& l) {
    if (l.progress().training && l.progress().batch == 1) l.validate();
  });
  with->fit(2, 1e-2);
  const auto without = small_learner();
  without->fit(2, 1e-2);
  EXPECT_EQ(weights_of(*with), weights_of(*without));
}

TEST(Ema, LeavesTheTrainingUnchangedIfItOnlyWatches) {
  const auto with = small_learner();
  with->add(Ema({.keep = false}));
  with->fit(2, 1e-2);
  const auto without = small_learner();
  without->fit(2, 1e-2);
  EXPECT_EQ(weights_of(*with), weights_of(*without));
  EXPECT_NE(with->history()[0].valid.loss, without->history()[0].valid.loss);
}

TEST(Ema, RestoresTheWeightsIfValidationFails) {
  const auto learner = small_learner();
  learner->add(Ema());
  std::vector<float> raw;
  learner->on(Event::after_train, [&](Learner& l) { raw = weights_of(l); });
  learner->on(Event::after_loss, [](Learner& l) {
    if (!l.progress().training) throw Error("broken");
  });
  EXPECT_THROW(learner->fit(1, 1e-2), Error);
  EXPECT_EQ(weights_of(*learner), raw);
}

TEST(ScheduleCallback, SetsAnyHyperparameter) {
  const auto decayed = [](CallbackList list, const OptimizerSpec& optimizer) {
    const auto learner = small_learner({.batch_size = 64, .optimizer = optimizer, .seed = 5});
    learner->fit(1, 0.01, {.callbacks = std::move(list)});
    return weights_of(*learner);
  };
  const OptimizerSpec plain = Sgd{.momentum = 0};
  EXPECT_EQ(decayed(callbacks(ScheduleCallback("weight_decay", schedules::constant(0.5))), plain),
            decayed({}, Sgd{.momentum = 0, .weight_decay = 0.5}));
  EXPECT_EQ(decayed(callbacks(ScheduleCallback("momentum", schedules::constant(0.5))), plain),
            decayed({}, Sgd{.momentum = 0.5}));
  EXPECT_NE(decayed({}, Sgd{.momentum = 0.5}), decayed({}, plain));
}

TEST(ScheduleCallback, RefusesAnUnknownHyperparameter) {
  try {
    ScheduleCallback("momentun", schedules::constant(1));
    FAIL();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"momentum\""), std::string::npos) << error.what();
  }
}

TEST(WeightDecay, GoesByGroup) {
  const auto norms = [](std::map<std::string, double> by_group) {
    const auto learner = small_learner({.batch_size = 64, .optimizer = Sgd{.momentum = 0}, .seed = 5});
    learner->add(WeightDecay(std::move(by_group)));
    learner->fit(1, 0.01);
    const auto norm_of = [&](const char* name) {
      return norm(learner->parameters().get(name).elements<float>());
    };
    return std::pair(norm_of("3.weight"), norm_of("12.weight"));
  };
  const auto [body, head] = norms({});
  const auto [decayed_body, same_head] = norms({{"body", 5}});
  EXPECT_LT(decayed_body, 0.9 * body);
  EXPECT_NEAR(same_head, head, 0.05 * head);
  EXPECT_THROW(norms({{"tail", 1}}), BadInput);
  EXPECT_THROW(WeightDecay({{"body", -1}}), BadInput);
}

TEST(Groups, FreezeAllButNormsAndTheHead) {
  const auto learner = small_learner();
  learner->freeze();
  const auto before = [&](const char* name) { return learner->parameters().get(name); };
  const Tensor body = before("3.weight");
  const Tensor norm_weight = before("4.weight");
  const Tensor head = before("12.weight");
  learner->fit(1, 1e-2);
  const auto same = [&](const char* name, const Tensor& then) {
    const Tensor now = learner->parameters().get(name);
    return std::ranges::equal(now.elements<float>(), then.elements<float>());
  };
  EXPECT_TRUE(same("3.weight", body));
  EXPECT_FALSE(same("4.weight", norm_weight));
  EXPECT_FALSE(same("12.weight", head));
  learner->unfreeze();
  learner->fit(1, 1e-2);
  EXPECT_FALSE(same("3.weight", body));
}

TEST(Groups, ComputeLessIfTheBodyIsFrozen) {
  const auto learner = small_learner({.batch_size = 64}, {});
  const auto backward_steps = [&] {
    const auto steps = learner->training_plan().steps();
    return std::ranges::count_if(steps, [](const StepInfo& step) { return step.has_backward; });
  };
  const auto all = backward_steps();
  learner->freeze();
  EXPECT_LT(backward_steps(), all - 2);
}

TEST(Groups, HaveRatesOfTheirOwn) {
  const auto moved = [](LearningRate lr) {
    const auto learner = small_learner({.batch_size = 64, .optimizer = Sgd{.momentum = 0}, .max_batches = 1});
    const Tensor body = learner->parameters().get("3.weight");
    learner->fit(1, lr);
    const Tensor now = learner->parameters().get("3.weight");
    double most = 0;
    for (std::size_t i = 0; i < body.elements<float>().size(); ++i) {
      most =
          std::max(most, std::abs(static_cast<double>(now.elements<float>()[i] - body.elements<float>()[i])));
    }
    return most;
  };
  EXPECT_NEAR(moved(slice(1e-3, 1e-1)) / moved(1e-1), 0.01, 1e-4);
}

TEST(Groups, RefuseWhatDoesNotAddUp) {
  const auto learner = small_learner();
  std::vector<ParameterGroup> groups(learner->groups().begin(), learner->groups().end());
  const auto refused = [&](auto change) {
    std::vector<ParameterGroup> changed = groups;
    change(changed);
    EXPECT_THROW(learner->set_groups(changed), BadInput);
  };
  refused([](auto& g) { g.pop_back(); });
  refused([](auto& g) { g[1].parameters.push_back(g[0].parameters[0]); });
  refused([](auto& g) { g[1].name = g[0].name; });
  refused([](auto& g) { g[0].parameters.push_back("nowhere.weight"); });
  refused([](auto& g) { g[0].lr_scale = -1; });
  EXPECT_THROW(learner->freeze_to(2), BadInput);
  EXPECT_THROW(learner->fit(1, slice(0, 1e-3)), BadInput);
}

// As in fastai, the next fit has one rate for all groups again.
TEST(Groups, SliceIsOfOneFit) {
  const auto learner = small_learner();
  std::vector<ParameterGroup> groups(learner->groups().begin(), learner->groups().end());
  groups.front().lr_scale = 0.5;
  learner->set_groups(groups);
  double during = 0;
  bool fails = false;
  learner->on(Event::before_epoch, [&](Learner& l) {
    during = l.groups().front().lr_scale;
    if (fails) throw Error("in the middle");
  });
  learner->fit(1, slice(1e-3, 1e-1));
  EXPECT_DOUBLE_EQ(during, 0.01);
  EXPECT_DOUBLE_EQ(learner->groups().front().lr_scale, 0.5);
  learner->fit_one_cycle(1, 1e-2);
  EXPECT_DOUBLE_EQ(during, 0.5);
  fails = true;
  EXPECT_THROW(learner->fit_one_cycle(1, slice(1e-3, 1e-1)), Error);
  EXPECT_DOUBLE_EQ(learner->groups().front().lr_scale, 0.5);
}

// fastai's slice(lr): all groups but the last have a tenth; norm layers of frozen groups train.
TEST(FineTune, TrainsNormsOfFrozenGroupsAtATenth) {
  const auto learner = small_learner();
  std::vector<std::string> names;
  for (const ParameterGroup& group : learner->groups()) {
    names.insert(names.end(), group.parameters.begin(), group.parameters.end());
  }
  learner->set_groups({{.name = "first", .parameters = {names[0]}},
                       {.name = "middle", .parameters = {names.begin() + 1, names.end() - 2}},
                       {.name = "head", .parameters = {names.end() - 2, names.end()}}});
  std::vector<double> scales;
  learner->on(Event::before_train, [&](Learner& l) {
    for (const ParameterGroup& group : l.groups()) scales.push_back(group.lr_scale);
  });
  learner->fine_tune(1);
  ASSERT_EQ(scales.size(), 6U);
  const std::vector<double> expected{0.1, 0.1, 1, 0.01, 0.1, 1};  // frozen, then a geometric progression
  for (std::size_t i = 0; i < scales.size(); ++i) EXPECT_DOUBLE_EQ(scales[i], expected[i]) << i;
}

TEST(FineTune, TrainsTheHeadAndThenAll) {
  const auto learner = small_learner();
  std::vector<bool> frozen;
  std::vector<double> scales;
  learner->on(Event::before_epoch, [&](Learner& l) {
    frozen.push_back(l.groups().front().frozen);
    scales.push_back(l.groups().front().lr_scale);
  });
  learner->fine_tune(2);
  EXPECT_EQ(frozen, (std::vector<bool>{true, false, false}));
  ASSERT_EQ(scales.size(), 3U);
  EXPECT_DOUBLE_EQ(scales[0], 0.1);
  EXPECT_DOUBLE_EQ(scales[1], 0.01);
  EXPECT_DOUBLE_EQ(scales[2], 0.01);
  EXPECT_DOUBLE_EQ(learner->groups().front().lr_scale, 1);
  EXPECT_THROW(GradientAccumulation({.batches = 0}), BadInput);
  EXPECT_THROW(GradientClip({.limit = 0}), BadInput);
  EXPECT_THROW(Ema({.decay = 1}), BadInput);
}

}  // namespace
}  // namespace lehr
