#include "metrics/metric_sums.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace lehr {
namespace {

TEST(CountCorrect, TakesTheFirstOfEqualScoresAndNoNan) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const std::array<float, 12> scores{1, 2, 0, 5, 5, 1, nan, 1, 0, nan, nan, nan};
  const auto right = [&](std::array<std::int64_t, 4> targets) { return count_correct(scores, targets); };
  EXPECT_EQ(right({1, 0, 1, 0}), 2);  // rows 0 and 1; no score is above NaN
  EXPECT_EQ(right({0, 1, 0, 1}), 0);
}

TEST(MetricSums, WeighsEachBatchByItsWeight) {
  MetricSums sums;
  const std::array<float, 4> two{1, 0, 0, 1};
  const std::array<float, 2> one{0, 1};
  sums.add(0.5, 2, two, std::array<std::int64_t, 2>{0, 1});
  sums.add(2.0, 1, one, std::array<std::int64_t, 1>{0});
  EXPECT_DOUBLE_EQ(sums.result().loss, 1.0);
  EXPECT_DOUBLE_EQ(sums.result().accuracy, 2.0 / 3);
  EXPECT_EQ(sums.result().samples, 3);
}

TEST(MetricSums, HasNoLossWithoutWeight) {
  MetricSums sums;
  const std::array<float, 2> scores{0, 1};
  sums.add(0, 0, scores, std::array<std::int64_t, 1>{1});
  EXPECT_TRUE(std::isnan(sums.result().loss));
  EXPECT_EQ(sums.result().accuracy, 1);
  sums.add(2, 0.5, scores, std::array<std::int64_t, 1>{0});
  EXPECT_EQ(sums.result().loss, 2);
}

TEST(MetricSums, OfNothingIsZero) { EXPECT_EQ(MetricSums().result().samples, 0); }

}  // namespace
}  // namespace lehr
