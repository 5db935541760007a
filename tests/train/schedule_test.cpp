#include "lehr/optim/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

using schedules::combine;
using schedules::constant;
using schedules::cosine;
using schedules::one_cycle;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Schedule, FollowsTheTableOfFastaisFormulas) {
  const auto cycle = one_cycle({.lr_max = 0.06});
  const std::map<std::string, Schedule> known{
      {"cosine", cosine(0.3, -0.1)},
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
  EXPECT_EQ(rows, 56);
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

TEST(Schedule, CombineReachesItsEndWhereSharesRoundBadly) {
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
