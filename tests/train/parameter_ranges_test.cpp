#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/optim/optimizer.hpp"
#include "support/optimizer_steps.hpp"

namespace lehr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Eight = std::array<float, 8>;

const std::vector<UpdateTensor> two_matrices{{.offset = 0, .rows = 2, .columns = 2, .rank = 2},
                                             {.offset = 4, .rows = 2, .columns = 2, .rank = 2}};

struct Training {
  Optimizer optimizer;
  Eight values{1, -2, 3, -4, 5, -6, 7, -8};
  int steps = 0;

  Training(const OptimizerSpec& spec, std::vector<ParameterRange> ranges)
      : optimizer(spec, 8, std::move(ranges), reference_backend(), two_matrices) {}

  Eight grads() {
    ++steps;
    Eight made{};
    for (std::size_t i = 0; i < 8; ++i) {
      made[i] = 0.5F * static_cast<float>(static_cast<int>(i) - 3) + 0.1F * static_cast<float>(steps);
    }
    return made;
  }
  const Eight& step(double lr, int count = 3) {
    for (int i = 0; i < count; ++i) test::step_on_host(optimizer, values, grads(), lr);
    return values;
  }
};

// The first four values of one tensor and the last four of the other.
Eight joined(const Eight& first, const Eight& last) {
  Eight both = last;
  std::copy_n(first.begin(), 4, both.begin());
  return both;
}

TEST(ParameterRange, ScalesTheLearningRate) {
  for (const std::string& name : optimizer_names()) {
    const OptimizerSpec spec = optimizer_by_name(name);
    Training scaled(spec, {{.offset = 0, .count = 4, .lr_scale = 0.5}, {.offset = 4, .count = 4}});
    Training slow(spec, {{.offset = 0, .count = 8}});
    Training fast(spec, {{.offset = 0, .count = 8}});
    EXPECT_EQ(scaled.step(0.25), joined(slow.step(0.125), fast.step(0.25))) << name;
  }
}

TEST(ParameterRange, HasAWeightDecayOfItsOwn) {
  OptimizerSpec l2 = Sgd{.weight_decay = 0.5};
  OptimizerSpec decoupled = AdamW{.decoupled_decay = 0.5};
  for (OptimizerSpec* spec : {&l2, &decoupled}) {
    Training mixed(*spec, {{.offset = 0, .count = 4, .weight_decay = 0.125}, {.offset = 4, .count = 4}});
    Training common(*spec, {{.offset = 0, .count = 8}});
    spec->set_weight_decay(0.125);
    Training weak(*spec, {{.offset = 0, .count = 8}});
    EXPECT_EQ(mixed.step(0.25), joined(weak.step(0.25), common.step(0.25))) << spec->update.type;
  }
}

TEST(ParameterRange, WithoutDecayHasNoneWhateverItsWeightDecay) {
  Training without(Sgd{}, {{.offset = 0, .count = 8, .decay = false, .weight_decay = 0.5}});
  Training plain(Sgd{}, {{.offset = 0, .count = 8}});
  EXPECT_EQ(without.step(0.25), plain.step(0.25));
}

TEST(ParameterRange, FrozenKeepsItsValuesAndStates) {
  for (const std::string& name : optimizer_names()) {
    Training training(optimizer_by_name(name), {{.offset = 0, .count = 8}});
    const Eight before = training.step(0.25);
    const auto states_of = [&] {
      std::vector<std::vector<float>> copies;
      for (const Buffer& state : training.optimizer.states()) {
        copies.push_back(test::on_host(state.ref().part(0, 4)));
      }
      return copies;
    };
    const auto states = states_of();
    training.optimizer.set_ranges({{.offset = 0, .count = 4, .frozen = true}, {.offset = 4, .count = 4}});
    const Eight after = training.step(0.25);
    EXPECT_EQ(after, joined(before, after)) << name;
    EXPECT_NE(after, before) << name;
    EXPECT_EQ(states_of(), states) << name;
  }
}

TEST(ParameterRange, SetAgainTheyChangeNothing) {
  Training once(Lookahead{.k = 4}, {{.offset = 0, .count = 8}});
  Training again(Lookahead{.k = 4}, {{.offset = 0, .count = 8}});
  for (int i = 0; i < 3; ++i) {
    again.step(0.25);
    again.optimizer.set_ranges({{.offset = 0, .count = 4}, {.offset = 4, .count = 4}});
  }
  EXPECT_EQ(again.values, once.step(0.25, 9));
}

TEST(ParameterRange, RefusedOnesLeaveTheOldInPlace) {
  const std::vector<ParameterRange> thawed{{.offset = 0, .count = 8}};
  Training training(Lamb{}, {{.offset = 0, .count = 8, .frozen = true}});
  const Eight before = training.values;
  Optimizer& optimizer = training.optimizer;
  EXPECT_THROW(optimizer.set_ranges({{.offset = 0, .count = 9}}), Error);
  EXPECT_THROW(optimizer.set_ranges({{.offset = 0, .count = 3}}), Error);  // splits a tensor
  for (const double wrong : {-1.0, nan}) {
    EXPECT_THROW(optimizer.set_ranges({{.offset = 0, .count = 8, .lr_scale = wrong}}), BadInput);
    EXPECT_THROW(optimizer.set_ranges({{.offset = 0, .count = 8, .weight_decay = wrong}}), BadInput);
  }
  EXPECT_EQ(training.step(0.25), before);
  optimizer.set_ranges(thawed);
  EXPECT_NE(training.step(0.25), before);
}

TEST(Rates, AreTheSpecsUntilChanged) {
  const Optimizer optimizer(Sgd{.momentum = 0.75, .weight_decay = 0.5, .decoupled_decay = 0.25, .l1 = 0.125},
                            8, {{.offset = 0, .count = 8}}, reference_backend());
  const Rates rates = optimizer.rates(2);
  EXPECT_EQ(rates.lr, 2);
  EXPECT_EQ(rates.momentum, 0.75);
  EXPECT_EQ(rates.weight_decay, 0.5);
  EXPECT_EQ(rates.decoupled_decay, 0.25);
  EXPECT_EQ(rates.l1, 0.125);
}

TEST(Rates, DecideTheStep) {
  const OptimizerSpec all = Sgd{.momentum = 0.75, .weight_decay = 0.5, .decoupled_decay = 0.25, .l1 = 0.125};
  Training given(Sgd{.momentum = 0.5}, {{.offset = 0, .count = 8}});
  Training built_in(all, {{.offset = 0, .count = 8}});
  for (int i = 0; i < 3; ++i) {
    test::step_on_host(given.optimizer, given.values, given.grads(), built_in.optimizer.rates(0.25));
  }
  EXPECT_EQ(given.values, built_in.step(0.25));
}

TEST(Rates, OutOfRangeAreRefusedBeforeAnythingMoves) {
  Training training(Sgd{}, {{.offset = 0, .count = 8}});
  const Eight before = training.values;
  for (const double wrong : {-0.5, nan}) {
    for (double Rates::*rate : {&Rates::lr, &Rates::weight_decay, &Rates::decoupled_decay, &Rates::l1}) {
      Rates rates = training.optimizer.rates(0.25);
      rates.*rate = wrong;
      EXPECT_THROW(test::step_on_host(training.optimizer, training.values, before, rates), BadInput);
    }
  }
  EXPECT_EQ(training.values, before);
  EXPECT_EQ(training.optimizer.steps_done(), 0);
}

TEST(OptimizerStates, AreKnownWithoutAnOptimizer) {
  for (const std::string& name : optimizer_names()) {
    const OptimizerSpec spec = optimizer_by_name(name);
    const Training training(spec, {{.offset = 0, .count = 8}});
    const auto counted = static_cast<std::size_t>(optimizer_states(spec, reference_backend()));
    EXPECT_EQ(counted, training.optimizer.states().size()) << name;
  }
}

}  // namespace
}  // namespace lehr
