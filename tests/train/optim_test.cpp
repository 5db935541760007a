#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/optim/optimizer.hpp"
#include "support/optimizer_steps.hpp"

namespace lehr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Eight = std::array<float, 8>;

Eight start() {
  Eight values{};
  for (std::size_t i = 0; i < 8; ++i) values[i] = static_cast<float>(std::cos(static_cast<double>(i)));
  return values;
}

// As in tools/make_optimizers.py: the gradient is sin(0.7 i + 0.3 t) in step t.
void take_step(Optimizer& optimizer, Eight& values, int step, double lr) {
  Eight grads{};
  for (std::size_t i = 0; i < 8; ++i) {
    grads[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i) + 0.3 * step));
  }
  test::step_on_host(optimizer, values, grads, lr);
}

Eight after_twenty_steps(Optimizer& optimizer, double lr) {
  Eight values = start();
  for (int step = 1; step <= 20; ++step) take_step(optimizer, values, step, lr);
  return values;
}

const std::vector<UpdateTensor> one_matrix{{.offset = 0, .rows = 2, .columns = 4, .rank = 2}};

struct Case {
  OptimizerSpec spec;
  double lr;
};

const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> known{
      {"sgd", {Sgd{}, 0.05}},
      {"sgd_momentum", {Sgd{.momentum = 0.9}, 0.05}},
      {"sgd_all", {Sgd{.momentum = 0.8, .dampening = 0.3, .weight_decay = 0.1}, 0.05}},
      {"sgd_nesterov", {Sgd{.momentum = 0.9, .nesterov = true, .weight_decay = 0.01}, 0.05}},
      {"adam", {Adam{}, 0.02}},
      {"adam_all", {Adam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1}, 0.02}},
      {"adam_fastai", {fastai_adam(), 0.02}},
      {"adamw", {AdamW{}, 0.02}},
      {"adamw_all", {AdamW{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .decoupled_decay = 0.2}, 0.02}},
      {"rmsprop", {RMSprop{}, 0.01}},
      {"rmsprop_all",
       {RMSprop{.alpha = 0.9, .eps = 1e-2, .momentum = 0.5, .centered = true, .weight_decay = 0.1}, 0.01}},
      {"adagrad", {Adagrad{}, 0.1}},
      {"adagrad_all",
       {Adagrad{.lr_decay = 0.1, .initial_accumulator = 0.2, .eps = 1e-3, .weight_decay = 0.1}, 0.1}},
      {"radam", {RAdam{}, 0.05}},
      {"radam_all", {RAdam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1}, 0.05}},
      {"lookahead_adam", {Lookahead{}, 0.02}},
      {"lookahead_sgd",
       {Lookahead{.inner = Sgd{.momentum = 0.9, .decoupled_decay = 0.1}, .k = 3, .alpha = 0.8}, 0.05}},
      {"lamb", {Lamb{}, 0.02}},
      {"lars", {Lars{}, 5}},
      {"larc", {Larc{.decoupled_decay = 0.1}, 0.05}},
      {"muon", {Muon{.decoupled_decay = 0.1}, 0.02}},
  };
  return known;
}

/// The rows of a golden file: a rule's parameters after each step.
using Traces = std::map<std::string, std::vector<std::array<double, 8>>>;

Traces source_traces() {
  std::ifstream table(std::filesystem::path(LEHR_SOURCE_DIR) / "tests/train/goldens/optimizers.csv");
  Traces traces;
  std::string name;
  std::string step;
  while (std::getline(table, name, ',') && std::getline(table, step, ',')) {
    std::array<double, 8>& row = traces[name].emplace_back();
    EXPECT_EQ(traces[name].size(), std::stoul(step));
    for (double& value : row) {
      table >> value;
      table.ignore(1);
    }
  }
  return traces;
}

void expect_the_sources_values(const Backend& backend) {
  const Traces traces = source_traces();
  EXPECT_EQ(traces.size(), cases().size());
  for (const auto& [name, trace] : traces) {
    const Case& one = cases().at(name);
    Optimizer optimizer(one.spec, 8, {{0, 8, true}}, backend, one_matrix);
    Eight values = start();
    EXPECT_EQ(trace.size(), 24U);
    for (std::size_t step = 0; step < trace.size(); ++step) {
      take_step(optimizer, values, static_cast<int>(step) + 1, one.lr);
      for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_NEAR(static_cast<double>(values[i]), trace[step][i],
                    1e-6 * std::max(1.0, std::abs(trace[step][i])))
            << name << " after step " << step + 1;
      }
    }
  }
}

TEST(Optimizer, FollowsItsSourceOnTheReferenceBackend) { expect_the_sources_values(reference_backend()); }
TEST(Optimizer, FollowsItsSourceOnTheProcessor) { expect_the_sources_values(cpu_backend()); }

TEST(Optimizer, DecaysOnlyIfTheRangeSaysSo) {
  const OptimizerSpec with = Sgd{.weight_decay = 0.1};
  const OptimizerSpec without = Sgd{};
  Optimizer mixed(with, 8, {{0, 3, true}, {3, 2, false}, {5, 3, true}}, reference_backend());
  Optimizer decayed(with, 8, {{0, 8, true}}, reference_backend());
  Optimizer plain(without, 8, {{0, 8, true}}, reference_backend());
  const Eight a = after_twenty_steps(mixed, 0.05);
  const Eight b = after_twenty_steps(decayed, 0.05);
  const Eight c = after_twenty_steps(plain, 0.05);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(a[i], i == 3 || i == 4 ? c[i] : b[i]) << i;
}

TEST(Optimizer, LeavesAloneWhatNoRangeCovers) {
  Optimizer optimizer(Adam{}, 8, {{2, 4, true}}, reference_backend());
  const Eight values = after_twenty_steps(optimizer, 0.05);
  for (const std::size_t i : {0U, 1U, 6U, 7U}) EXPECT_EQ(values[i], start()[i]);
  EXPECT_NE(values[2], start()[2]);
  EXPECT_NE(values[5], start()[5]);
}

TEST(Optimizer, AScheduleMayChangeTheMomentum) {
  Eight values{};
  const Eight grads{1, 1, 1, 1, 1, 1, 1, 1};
  Optimizer optimizer(Sgd{.momentum = 0.9}, 8, {{0, 8, true}}, reference_backend());
  test::step_on_host(optimizer, values, grads, 1);
  EXPECT_FLOAT_EQ(values[0], -1);
  test::step_on_host(optimizer, values, grads, 1, 0.5);
  EXPECT_FLOAT_EQ(values[0], -1 - 1.5F);
  test::step_on_host(optimizer, values, grads, 1);
  EXPECT_FLOAT_EQ(values[0], -2.5F - (0.9F * 1.5F + 1));
}

TEST(Optimizer, CountsStepsAndBytes) {
  Optimizer sgd(Sgd{}, 8, {{0, 8, true}}, reference_backend());
  Optimizer adam(Adam{}, 8, {{0, 8, true}}, reference_backend());
  EXPECT_EQ(sgd.state_bytes(), 32U);
  EXPECT_EQ(adam.state_bytes(), 64U);
  after_twenty_steps(adam, 0.1);
  EXPECT_EQ(adam.steps_done(), 20);
  EXPECT_EQ(sgd.steps_done(), 0);
}

TEST(Optimizer, HasAsManyStatesAsItsRuleNeedsAndTheyStartAtZero) {
  const std::map<std::string, std::size_t> states{
      {"adagrad", 1},
      {"adam", 2},
      {"adam-fastai", 2},
      {"adamw", 2},
      {"lamb", 2},
      {"larc", 1},
      {"lars", 1},
      {"lookahead-adam", 3},
      {"lookahead-radam", 3},
      {"muon", 2},
      {"lookahead-sgd", 2},
      {"radam", 2},
      {"rmsprop", 2},
      {"sgd", 1},
  };
  for (const std::string& name : optimizer_names()) {
    if (name == "lion") continue;  // registered by another test of this program
    ASSERT_TRUE(states.contains(name)) << name;
    const Optimizer optimizer(optimizer_by_name(name), 8, {{0, 8, true}}, cpu_backend(), one_matrix);
    ASSERT_EQ(optimizer.states().size(), states.at(name)) << name;
    for (const Buffer& state : optimizer.states()) {
      EXPECT_EQ(test::on_host(state.ref()), std::vector<float>(8)) << name;
    }
  }
}

// States and the number of steps are enough to resume.
TEST(Optimizer, GoesOnFromItsStatesAndSteps) {
  for (const std::string& name : optimizer_names()) {
    Optimizer whole(optimizer_by_name(name), 8, {{0, 8, true}}, cpu_backend(), one_matrix);
    Optimizer resumed(optimizer_by_name(name), 8, {{0, 8, true}}, cpu_backend(), one_matrix);
    Eight values = after_twenty_steps(whole, 0.05);
    Eight copy = values;
    resumed.set_steps_done(whole.steps_done());
    for (std::size_t i = 0; i < whole.states().size(); ++i) {
      cpu_backend().copy(resumed.states()[i].ref(), whole.states()[i].ref());
    }
    const Eight grads{1, -1, 2, -2, 3, -3, 4, -4};
    for (int step = 0; step < 8; ++step) {
      test::step_on_host(whole, values, grads, 0.05);
      test::step_on_host(resumed, copy, grads, 0.05);
    }
    EXPECT_EQ(values, copy) << name;
  }
}

TEST(Optimizer, SetsTheKindOfWeightDecayThatARuleHas) {
  OptimizerSpec adamw = AdamW{};
  OptimizerSpec sgd = Sgd{};
  adamw.set_weight_decay(0.5);
  sgd.set_weight_decay(0.25);
  EXPECT_EQ(adamw.decoupled_decay, 0.5);
  EXPECT_EQ(adamw.weight_decay, 0);
  EXPECT_EQ(sgd.weight_decay, 0.25);
  EXPECT_EQ(sgd.decoupled_decay, 0);
  EXPECT_TRUE(sgd.decays());
  EXPECT_FALSE(OptimizerSpec(Adam{}).decays());
  EXPECT_TRUE(OptimizerSpec(Adam{.l1 = 1e-5}).decays());
}

TEST(Optimizer, RulesByTensorNeedTheListOfTensors) {
  for (const OptimizerSpec& spec : {OptimizerSpec(Lamb{}), OptimizerSpec(Lars{}), OptimizerSpec(Muon{}),
                                    OptimizerSpec(Lookahead{.inner = Lamb{}})}) {
    EXPECT_THROW(Optimizer(spec, 8, {{0, 8, true}}, reference_backend()), BadInput) << spec.update.type;
  }
}

TEST(Optimizer, RefusesTensorsOutsideTheBufferOrItsRanges) {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const UpdateTensor& tensor :
       {UpdateTensor{-1, 2, 2, 2}, UpdateTensor{4, 5, 1, 2}, UpdateTensor{0, huge, huge, 2},
        UpdateTensor{0, 0, 4, 2}, UpdateTensor{huge, 1, 4, 2}, UpdateTensor{2, 2, 2, 2}}) {
    EXPECT_THROW(Optimizer(Lamb{}, 8, {{0, 4, true}, {4, 4, true}}, reference_backend(), {tensor}), Error);
  }
}

// A bias of 4 and a weight of 2 x 2: the decays of the ranges match the positions of the tensors.
TEST(Optimizer, GivesEachRangeItsTensors) {
  const std::vector<UpdateTensor> two{{.offset = 0, .rows = 1, .columns = 4, .rank = 1},
                                      {.offset = 4, .rows = 2, .columns = 2, .rank = 2}};
  const OptimizerSpec spec = Lars{.momentum = 0, .trust = 0.5, .weight_decay = 0.25};
  Optimizer optimizer(spec, 8, {{0, 4, false}, {4, 4, true}}, cpu_backend(), two);
  Eight values{1, 1, 1, 1, 1, 1, 1, 1};
  const Eight grads{2, 2, 2, 2, 2, 2, 2, 2};
  test::step_on_host(optimizer, values, grads, 0.25);
  EXPECT_FLOAT_EQ(values[0], 1 - 0.25F * 2);
  // trust * |w| / (|g| + decay |w|) = .5 * 2 / (4 + .25 * 2)
  EXPECT_NEAR(static_cast<double>(values[7]), 1 - 0.25 * (1 / 4.5) * 2.25, 1e-6);
}

void expect_refused(const OptimizerSpec& spec, const std::string& says) {
  try {
    const Optimizer optimizer(spec, 8, {{0, 8, true}}, reference_backend(), one_matrix);
    ADD_FAILURE() << "accepted, expected: " << says;
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
  }
}

TEST(Optimizer, RefusesSettingsOutOfRange) {
  for (const double momentum : {-0.1, 1.0, 0.9999999999, nan}) {
    expect_refused(Sgd{.momentum = momentum}, "the momentum of sgd must be at least 0 and below 1");
    expect_refused(Adam{.beta1 = momentum}, "beta1 of adam must be");
    expect_refused(Adam{.beta2 = momentum}, "beta2 of adam must be");
  }
  for (const double eps : {0.0, -1e-8, 1e-60, nan}) expect_refused(Adam{.eps = eps}, "eps of adam must be");
  for (const double decay : {-0.1, nan, 1e300}) {
    expect_refused(Sgd{.weight_decay = decay}, "the weight decay must be");
    expect_refused(Adam{.weight_decay = decay}, "the weight decay must be");
  }
  expect_refused(Sgd{.decoupled_decay = -1}, "the decoupled weight decay must be");
  expect_refused(AdamW{.l1 = nan}, "the L1 penalty must be");
  expect_refused(RMSprop{.alpha = 1}, "alpha of rmsprop must be at least 0 and below 1, found 1");
  expect_refused(RMSprop{.eps = 0}, "eps of rmsprop must be");
  expect_refused(Adagrad{.lr_decay = -1}, "lr_decay of adagrad must be at least 0 and finite, found -1");
  expect_refused(Adagrad{.initial_accumulator = nan}, "initial_accumulator of adagrad must be");
  expect_refused(RAdam{.beta1 = 1}, "beta1 of radam must be");
  expect_refused(Lamb{.most_trust = 0}, "most_trust of lamb must be above 0");
  expect_refused(Lars{.trust = -1}, "trust of lars must be above 0");
  expect_refused(Larc{.momentum = 0, .nesterov = true}, "with Nesterov momentum must be above 0");
  expect_refused(Lookahead{.k = 0}, "k of lookahead must be at least 1, found 0");
  expect_refused(Lookahead{.alpha = 1.5}, "alpha of lookahead must be");
  expect_refused(Lookahead{.inner = Adam{.eps = -1}}, "eps of adam must be");
  expect_refused(Muon{.newton_schulz_steps = 0}, "newton_schulz_steps of muon must be between 1 and 100");
  expect_refused(Muon{.fallback = Sgd{.momentum = 2}}, "the momentum of sgd must be");
  expect_refused(Muon{.fallback_lr_ratio = nan}, "fallback_lr_ratio of muon must be");
  expect_refused(Sgd{.dampening = -1}, "dampening of sgd must be between 0 and 1, found -1");
  expect_refused(Sgd{.momentum = 0, .nesterov = true}, "Nesterov momentum must be above 0");
  expect_refused(Sgd{.momentum = 0.9, .dampening = 0.1, .nesterov = true}, "Nesterov momentum must be 0");
}

TEST(Optimizer, RefusesRatesOutOfRange) {
  Optimizer optimizer(Sgd{}, 8, {{0, 8, true}}, reference_backend());
  Eight values = start();
  for (const double rate : {-0.1, nan, std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(test::step_on_host(optimizer, values, values, rate), BadInput);
  }
  EXPECT_THROW(test::step_on_host(optimizer, values, values, 0.1, 1.0), BadInput);
  EXPECT_THROW(test::step_on_host(optimizer, values, values, 0.1, nan), BadInput);
  EXPECT_EQ(values, start());
  EXPECT_EQ(optimizer.steps_done(), 0);
}

TEST(Optimizer, RefusesRangesOutsideTheBuffer) {
  for (const ParameterRange& range : {ParameterRange{-1, 2}, ParameterRange{4, 5}, ParameterRange{0, -1},
                                      ParameterRange{1, std::numeric_limits<std::int64_t>::max()}}) {
    EXPECT_THROW(Optimizer(Sgd{}, 8, {range}, reference_backend()), Error);
  }
}

TEST(Optimizer, IsMadeByName) {
  EXPECT_EQ(optimizer_by_name("sgd").update.type, "sgd");
  EXPECT_EQ(optimizer_by_name("adam").update.type, "adam");
  EXPECT_EQ(optimizer_by_name("adam").momentum, 0.9);
  EXPECT_EQ(optimizer_by_name("adamw").decoupled_decay, 0.01);
  EXPECT_EQ(optimizer_by_name("larc").update.type, "lars");
  try {
    optimizer_by_name("adm");
    ADD_FAILURE();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"adam\""), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace lehr
