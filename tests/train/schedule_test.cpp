#include "lehr/optim/schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

using schedules::combine;
using schedules::constant;
using schedules::cosine;
using schedules::exponential;
using schedules::flat_cos;
using schedules::linear;
using schedules::multi_step;
using schedules::one_cycle;
using schedules::schedule_by_name;
using schedules::sgdr;
using schedules::triangular;
using schedules::warm_up;
using schedules::wsd;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Schedule, FollowsFastaiAndPyTorch) {
  const auto cycle = one_cycle({.lr_max = 0.06});
  const std::map<std::string, Schedule> known{
      {"cosine", cosine(0.3, -0.1)},
      {"linear", linear(0.3, -0.1)},
      {"exponential", exponential(0.3, 0.01)},
      {"polynomial", schedules::polynomial(0.3, 0.1, 3)},
      {"flat_cos", flat_cos({.lr = 0.06})},
      {"sgdr_fastai", sgdr({.lr_max = 0.1, .cycles = 4})},
      {"torch_linear", linear(0.025, 0.075)},
      {"torch_cosine", cosine(0.1, 0.01)},
      {"torch_exponential", exponential(0.1, 0.0001)},
      {"torch_polynomial", schedules::polynomial_decay(0.1, 0, 2)},
      {"torch_step", schedules::step(0.1, 0.5, 0.3)},
      {"torch_multi_step", multi_step(0.1, 0.25, {0.1, 0.3, 0.9})},
      {"torch_warm_cosine", warm_up(0.2, cosine(0.1, 0), 0.125)},
      {"torch_restarts", sgdr({.lr_max = 0.1, .lr_min = 0.001})},
      {"torch_triangular", triangular({.lr_max = 0.1, .lr_min = 0.02, .cycles = 2, .rising = 0.2})},
      {"torch_triangular2", triangular({.lr_max = 0.1, .lr_min = 0.02, .cycles = 5, .height = 0.5})},
      {"one_cycle_rate", cycle.rate},
      {"one_cycle_momentum", cycle.momentum},
      {"one_cycle_late", one_cycle({.lr_max = 0.002, .pct_start = 0.99, .div = 5, .div_final = 1e4}).rate},
  };
  std::ifstream table(std::filesystem::path(LEHR_SOURCE_DIR) / "tests/train/goldens/schedules.csv");
  std::string name;
  double progress = 0;
  double expected = 0;
  char comma = 0;
  int rows = 0;
  while (std::getline(table, name, ',') && table >> progress >> comma >> expected) {
    table.ignore(1);
    ++rows;
    EXPECT_NEAR(known.at(name)(progress), expected, 1e-14 + 1e-12 * std::abs(expected))
        << name << " at " << progress;
  }
  EXPECT_EQ(rows, 826);
}

/// A row of schedule_steps.csv: the values of a named schedule's source in one step of a training.
struct NamedStep {
  std::string name;
  std::int64_t steps = 0;
  std::int64_t step = 0;
  double rate = 0;
  double momentum = 0;  // -1 if the schedule sets none
};

std::vector<NamedStep> named_steps() {
  std::ifstream table(std::filesystem::path(LEHR_SOURCE_DIR) / "tests/train/goldens/schedule_steps.csv");
  std::vector<NamedStep> rows;
  NamedStep row;
  char comma = 0;
  while (std::getline(table, row.name, ',') &&
         table >> row.steps >> comma >> row.step >> comma >> row.rate >> comma >> row.momentum) {
    table.ignore(1);
    rows.push_back(row);
  }
  return rows;
}

// fastai computes shares in single precision.
double tolerance_of(const NamedStep& row) {
  const bool of_fastai =
      row.name == "one-cycle" || row.name == "flat-cos" || (row.name == "sgdr" && row.steps % 7 != 0);
  return of_fastai ? 1e-7 : 1e-14 + 1e-11 * row.rate;
}

TEST(Schedule, OfEveryNameEqualsItsSourceAtEveryStep) {
  std::map<std::string, std::set<std::int64_t>> lengths;
  for (const NamedStep& row : named_steps()) {
    lengths[row.name].insert(row.steps);
    const schedules::RateAndMomentum schedule = schedule_by_name(row.name, 0.1, row.steps);
    const double progress = static_cast<double>(row.step) / static_cast<double>(row.steps);
    const std::string place =
        row.name + ", step " + std::to_string(row.step) + " of " + std::to_string(row.steps);
    EXPECT_NEAR(schedule.rate(progress), row.rate, tolerance_of(row)) << place;
    EXPECT_EQ(schedule.momentum != nullptr, row.momentum >= 0) << place;
    if (schedule.momentum) {
      EXPECT_NEAR(schedule.momentum(progress), row.momentum, 1e-6) << place;
    }
  }
  for (const std::string& name : schedules::schedule_names()) {
    if (name.starts_with("warmup-")) continue;  // has no single source; torch_warm_cosine covers its shape
    if (name == "wsd") continue;                // not of PyTorch or fastai; a test of its own covers it
    const bool in_thirds = name == "step";      // PyTorch's lengths are whole steps
    EXPECT_TRUE(lengths[name].contains(in_thirds ? 3 : 5)) << name;
    EXPECT_TRUE(lengths[name].contains(24)) << name;
  }
}

TEST(Schedule, WarmUpEqualsPyTorchsForShortTrainings) {
  for (const std::int64_t steps : {5, 24}) {
    const std::int64_t warm = steps == 5 ? 1 : 6;
    const Schedule schedule =
        warm_up(static_cast<double>(warm) / static_cast<double>(steps), cosine(0.1, 0), 1.0 / 3);
    for (std::int64_t step = 0; step < steps; ++step) {
      // torch.optim.lr_scheduler.LinearLR, then CosineAnnealingLR.
      const auto t = static_cast<double>(step);
      const auto w = static_cast<double>(warm);
      const double expected =
          step < warm
              ? 0.1 * (1.0 / 3 + 2.0 / 3 * t / w)
              : 0.1 * (1 + std::cos(std::numbers::pi * (t - w) / static_cast<double>(steps - warm))) / 2;
      EXPECT_NEAR(schedule(t / static_cast<double>(steps)), expected, 1e-12) << step << " of " << steps;
    }
  }
}

// The formulas of Hägele et al. 2024 (arXiv 2405.18392), section 3, by step.
TEST(Schedule, WsdStaysThenFallsByTheRootOrLinearly) {
  constexpr int steps = 50;
  constexpr int cooldown = 15;
  constexpr double lr = 0.1;
  constexpr double end = 0.02;
  const schedules::WsdOptions options{.lr = lr, .lr_end = end, .cooldown = 0.3};
  const Schedule root = wsd(options);
  schedules::WsdOptions in_line = options;
  in_line.shape = schedules::CooldownShape::linear;
  const Schedule line = wsd(in_line);
  for (int step = 0; step <= steps; ++step) {
    const double progress = static_cast<double>(step) / steps;
    const double done = std::max(0.0, static_cast<double>(step - steps + cooldown) / cooldown);
    EXPECT_NEAR(root(progress), end + (lr - end) * (1 - std::sqrt(done)), 1e-9) << step;
    EXPECT_NEAR(line(progress), end + (lr - end) * (1 - done), 1e-9) << step;
    if (step <= steps - cooldown) {
      EXPECT_EQ(root(progress), lr) << "to the bit, at step " << step;
    }
  }
  EXPECT_EQ(wsd({.lr = lr, .cooldown = 0})(1), lr);
  EXPECT_NEAR(wsd({.lr = lr, .cooldown = 1})(0.25), lr / 2, 1e-15);
  for (const double bad : {-0.1, 1.1, nan}) {
    EXPECT_THROW(wsd({.cooldown = bad}), BadInput);
    EXPECT_THROW(wsd({.lr = bad == 1.1 ? infinity : bad}), BadInput);
    EXPECT_THROW(wsd({.lr_end = bad == 1.1 ? infinity : bad}), BadInput);
  }
}

TEST(Schedule, EndsAtTheRateThatIsGiven) {
  std::vector<std::string> with_end;
  for (const std::string& name : schedules::schedule_names()) {
    if (!schedules::has_end_rate(name)) {
      EXPECT_THROW(schedule_by_name(name, 0.1, 10, {.lr_end = 0.01}), BadInput) << name;
      continue;
    }
    with_end.push_back(name);
    const Schedule rate = schedule_by_name(name, 0.1, 100, {.lr_end = 0.01}).rate;
    EXPECT_NEAR(rate(1), 0.01, 1e-15) << name;
    EXPECT_NE(schedule_by_name(name, 0.1, 100).rate(1), rate(1)) << name;
    double highest = 0;
    for (int i = 0; i <= 100; ++i) highest = std::max(highest, rate(i / 100.0));
    EXPECT_NEAR(highest, 0.1, 1e-3) << name;
    for (const double bad : {-0.1, 0.11, nan}) {
      EXPECT_THROW(schedule_by_name(name, 0.1, 10, {.lr_end = bad}), BadInput) << name;
    }
  }
  EXPECT_EQ(with_end, (std::vector<std::string>{"cosine", "exponential", "flat-cos", "linear", "one-cycle",
                                                "one-cycle-pytorch", "polynomial", "warmup-cosine",
                                                "warmup-linear", "wsd"}));
  EXPECT_EQ(schedule_by_name("one-cycle", 0.1, 10, {.lr_end = 0}).rate(1), 0);
}

TEST(Schedule, WsdIsMadeByNameWithItsCooldown) {
  const auto shape = schedules::cooldown_shape_by_name("linear");
  const Schedule rate = schedule_by_name("wsd", 0.1, 10, {.cooldown = 0.4, .cooldown_shape = shape}).rate;
  EXPECT_EQ(rate(0.6), 0.1);
  EXPECT_NEAR(rate(0.8), 0.05, 1e-15);
  EXPECT_EQ(schedules::cooldown_shape_names(), (std::vector<std::string>{"linear", "sqrt"}));
  EXPECT_THROW(schedules::cooldown_shape_by_name("root"), BadInput);
}

TEST(Schedule, ConstantStays) {
  const Schedule schedule = constant(0.25);
  for (const double progress : {0.0, 0.3, 1.0}) EXPECT_EQ(schedule(progress), 0.25);
}

TEST(Schedule, CosineMeetsItsEnds) {
  const Schedule schedule = cosine(2, 5);
  EXPECT_EQ(schedule(0), 2);
  EXPECT_EQ(schedule(1), 5);
  EXPECT_NEAR(schedule(0.5), 3.5, 1e-15);
}

TEST(Schedule, CombineGivesEachPartItsShareFromZeroToOne) {
  const Schedule progress_itself = [](double p) { return p; };
  const Schedule joined = combine({0.2, 0.3, 0.5}, {progress_itself, constant(7), progress_itself});
  EXPECT_NEAR(joined(0), 0, 1e-15);
  EXPECT_NEAR(joined(0.1), 0.5, 1e-15);
  EXPECT_EQ(joined(0.2), 7);
  EXPECT_EQ(joined(0.4999), 7);
  EXPECT_NEAR(joined(0.5), 0, 1e-15);
  EXPECT_NEAR(joined(0.75), 0.5, 1e-15);
  EXPECT_EQ(joined(1), 1);
}

TEST(Schedule, CombineReachesItsEndIfSharesRoundBadly) {
  const Schedule progress_itself = [](double p) { return p; };
  const std::vector<double> shares(10, 0.1);  // their sum is not exactly 1
  const std::vector<Schedule> parts(10, progress_itself);
  EXPECT_EQ(combine(shares, parts)(1), 1);
}

TEST(Schedule, CombineRefusesSharesThatAreNone) {
  const Schedule one = constant(1);
  EXPECT_THROW(combine({}, {}), BadInput);
  EXPECT_THROW(combine({1}, {one, one}), BadInput);
  EXPECT_THROW(combine({0.5, 0.6}, {one, one}), BadInput);
  EXPECT_THROW(combine({1, 0}, {one, one}), BadInput);
  EXPECT_THROW(combine({1.5, -0.5}, {one, one}), BadInput);
  EXPECT_THROW(combine({nan, 0.5}, {one, one}), BadInput);
}

// 30/70 and 1/7 + 2/7 are different doubles but the same batch.
TEST(Schedule, RestartsAtTheBatchWhereACycleBegins) {
  const Schedule schedule = sgdr({.lr_max = 1});
  for (const double batch : {10.0, 30.0}) EXPECT_EQ(schedule(batch / 70), 1);
  const Schedule steps = schedules::step(1, 0.5, 0.1);
  for (int i = 0; i <= 10; ++i) EXPECT_EQ(steps(i / 10.0), std::pow(0.5, i)) << i;
}

TEST(Schedule, IsMadeByName) {
  for (const std::string& name : schedules::schedule_names()) {
    const schedules::RateAndMomentum schedule = schedule_by_name(name, 0.5, 1000);
    double highest = 0;
    for (int i = 0; i <= 1000; ++i) {
      const double rate = schedule.rate(i / 1000.0);
      EXPECT_GE(rate, 0) << name;
      highest = std::max(highest, rate);
    }
    EXPECT_NEAR(highest, 0.5, 1e-3) << name;
    EXPECT_EQ(schedule.momentum != nullptr, name.starts_with("one-cycle")) << name;
    EXPECT_EQ(schedule_by_name(name, 0, 10).rate(0.5), 0) << name;
    for (const double rate : {-0.1, nan, infinity}) EXPECT_THROW(schedule_by_name(name, rate, 10), BadInput);
    EXPECT_THROW(schedule_by_name(name, 0.5, 0), BadInput);
  }
  EXPECT_NEAR(schedule_by_name("one-cycle", 1, 10).rate(1), 1e-5, 1e-15);
  try {
    schedule_by_name("flat-cosine", 1, 10);
    ADD_FAILURE();
  } catch (const BadInput& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"flat-cos\""), std::string::npos) << error.what();
  }
}

TEST(Schedule, ShapesRefuseSettingsOutOfRange) {
  for (const double bad : {nan, infinity}) {
    EXPECT_THROW(linear(0, bad), BadInput);
    EXPECT_THROW(schedules::polynomial(bad, 0, 2), BadInput);
    EXPECT_THROW(schedules::step(bad, 0.1, 0.5), BadInput);
  }
  for (const double bad : {0.0, -1.0, nan, infinity}) {
    EXPECT_THROW(exponential(1, bad), BadInput);
    EXPECT_THROW(exponential(bad, 1), BadInput);
    EXPECT_THROW(schedules::polynomial_decay(1, 0, bad), BadInput);
    EXPECT_THROW(schedules::step(1, 0.1, bad), BadInput);
    EXPECT_THROW(warm_up(bad, constant(1)), BadInput);
    EXPECT_THROW(flat_cos({.flat = bad}), BadInput);
    EXPECT_THROW(flat_cos({.div_final = bad}), BadInput);
    EXPECT_THROW(sgdr({.factor = bad}), BadInput);
    EXPECT_THROW(triangular({.rising = bad}), BadInput);
    EXPECT_THROW(triangular({.height = bad}), BadInput);
  }
  for (const std::int64_t cycles :
       {std::int64_t{0}, std::int64_t{1001}, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_THROW(sgdr({.cycles = cycles}), BadInput);
    EXPECT_THROW(triangular({.cycles = cycles}), BadInput);
  }
  EXPECT_THROW(sgdr({.cycles = 1000, .factor = 10}), BadInput);
  EXPECT_THROW(multi_step(1, -0.1, {0.5}), BadInput);
  for (const std::vector<double>& milestones :
       {std::vector{0.5, 0.5}, std::vector{0.0}, std::vector{0.7, 0.3}, std::vector{1.0}, std::vector{nan}}) {
    EXPECT_THROW(multi_step(1, 0.1, milestones), BadInput);
  }
}

TEST(Schedule, OneCycleRefusesSettingsOutOfRange) {
  for (const double rate : {-0.1, nan, infinity}) EXPECT_THROW(one_cycle({.lr_max = rate}), BadInput);
  for (const double share : {0.0, 1.0, -0.2, nan}) EXPECT_THROW(one_cycle({.pct_start = share}), BadInput);
  for (const double div : {0.0, -25.0, nan, infinity}) {
    EXPECT_THROW(one_cycle({.div = div}), BadInput);
    EXPECT_THROW(one_cycle({.div_final = div}), BadInput);
  }
  for (const double momentum : {-0.1, 1.0, nan}) {
    EXPECT_THROW(one_cycle({.momentum_high = momentum}), BadInput);
    EXPECT_THROW(one_cycle({.momentum_low = momentum}), BadInput);
  }
}

}  // namespace
}  // namespace lehr
