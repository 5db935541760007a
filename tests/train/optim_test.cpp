#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/optim/optimizer.hpp"

namespace lehr {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

using Eight = std::array<float, 8>;

Eight start() {
  Eight values{};
  for (std::size_t i = 0; i < 8; ++i) values[i] = static_cast<float>(std::cos(static_cast<double>(i)));
  return values;
}

// As tools/make_optimizers.py: 20 steps, gradient sin(0.7 i + 0.3 t).
Eight after_twenty_steps(Optimizer& optimizer, double lr) {
  Eight values = start();
  for (int step = 1; step <= 20; ++step) {
    Eight grads{};
    for (std::size_t i = 0; i < 8; ++i) {
      grads[i] = static_cast<float>(std::sin(0.7 * static_cast<double>(i) + 0.3 * step));
    }
    optimizer.step(values.data(), grads.data(), lr);
  }
  return values;
}

struct Case {
  OptimizerSpec spec;
  double lr;
};

const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> known{
      {"sgd", {Sgd{.momentum = 0}, 0.05}},
      {"sgd_momentum", {Sgd{}, 0.05}},
      {"sgd_all", {Sgd{.momentum = 0.8, .dampening = 0.3, .weight_decay = 0.1}, 0.05}},
      {"sgd_nesterov", {Sgd{.nesterov = true, .weight_decay = 0.01}, 0.05}},
      {"adam", {Adam{}, 0.02}},
      {"adam_all", {Adam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .weight_decay = 0.1}, 0.02}},
  };
  return known;
}

void expect_pytorchs_values(const Backend& backend) {
  std::ifstream table(std::filesystem::path(LEHR_SOURCE_DIR) / "tests/train/goldens/optimizers.csv");
  std::string name;
  std::size_t rows = 0;
  while (std::getline(table, name, ',')) {
    ++rows;
    const Case& one = cases().at(name);
    Optimizer optimizer(one.spec, 8, {{0, 8, true}}, backend);
    const Eight found = after_twenty_steps(optimizer, one.lr);
    for (const float value : found) {
      double expected = 0;
      table >> expected;
      table.ignore(1);
      EXPECT_NEAR(static_cast<double>(value), expected, 1e-6 * std::max(1.0, std::abs(expected))) << name;
    }
  }
  EXPECT_EQ(rows, cases().size());
}

TEST(Optimizer, FollowsPyTorchOnTheReferenceBackend) { expect_pytorchs_values(reference_backend()); }
TEST(Optimizer, FollowsPyTorchOnTheProcessor) { expect_pytorchs_values(cpu_backend()); }

TEST(Optimizer, DecaysOnlyWhereTheRangeSaysSo) {
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
  optimizer.step(values.data(), grads.data(), 1);
  EXPECT_FLOAT_EQ(values[0], -1);
  optimizer.step(values.data(), grads.data(), 1, 0.5);
  EXPECT_FLOAT_EQ(values[0], -1 - 1.5F);
  optimizer.step(values.data(), grads.data(), 1);
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

void expect_refused(const OptimizerSpec& spec, const std::string& says) {
  try {
    const Optimizer optimizer(spec, 8, {{0, 8, true}}, reference_backend());
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
  expect_refused(Sgd{.dampening = -1}, "dampening of sgd must be between 0 and 1, found -1");
  expect_refused(Sgd{.momentum = 0, .nesterov = true}, "Nesterov momentum must be above 0");
  expect_refused(Sgd{.dampening = 0.1, .nesterov = true}, "Nesterov momentum must be 0");
}

TEST(Optimizer, RefusesRatesOutOfRange) {
  Optimizer optimizer(Sgd{}, 8, {{0, 8, true}}, reference_backend());
  Eight values = start();
  for (const double rate : {-0.1, nan, std::numeric_limits<double>::infinity()}) {
    EXPECT_THROW(optimizer.step(values.data(), values.data(), rate), BadInput);
  }
  EXPECT_THROW(optimizer.step(values.data(), values.data(), 0.1, 1.0), BadInput);
  EXPECT_THROW(optimizer.step(values.data(), values.data(), 0.1, nan), BadInput);
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
  for (const std::string& name : optimizer_names()) EXPECT_EQ(optimizer_by_name(name).update.type, name);
  try {
    optimizer_by_name("adm");
    ADD_FAILURE();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"adam\""), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace lehr
