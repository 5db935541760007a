#include "lehr/report/spark.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace lehr::report {
namespace {

TEST(Sparkline, RisesAndFallsWithTheValues) {
  EXPECT_EQ(sparkline(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 3}, 9), "▁▂▃▄▅▆▇█▄");
}

TEST(Sparkline, JoinsOrRepeatsValuesToFitTheColumns) {
  EXPECT_EQ(sparkline(std::vector<float>{0, 0, 7, 7}, 2), "▁█");
  EXPECT_EQ(sparkline(std::vector<float>{0, 7}, 4), "▁▁██");
}

TEST(Sparkline, LeavesAGapIfNothingIsFinite) {
  EXPECT_EQ(sparkline(std::vector<float>{0, std::numeric_limits<float>::quiet_NaN(), 1}, 3), "▁ █");
  EXPECT_EQ(sparkline(std::vector<float>{}, 3), "");
  EXPECT_EQ(sparkline(std::vector<float>{2, 2}, 2), "▁▁");
}

TEST(Sparkline, OfAGivenRangeStaysWithinIt) {
  EXPECT_EQ(sparkline(std::vector<float>{0.5F, 2, -1}, 3, 0, 1), "▅█▁");
}

TEST(Shaded, ShowsTheFirstRowAtTheBottom) {
  const std::vector<float> values{4, 0, 0, 2};
  EXPECT_EQ(shaded({2, 2, values}, 2, 2), " ▒\n█ \n");
}

}  // namespace
}  // namespace lehr::report
