#include "lehr/study/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/core/error.hpp"
#include "study/support.hpp"

namespace lehr::study::test {
namespace {

// numpy: mean, median and std(ddof=1) of [1, 2, 4, 9]
TEST(Summary, HasTheKnownValues) {
  const Summary found = summarise(variant("a", {4, 1, 9, 2}));
  EXPECT_EQ(found.n, 4);
  EXPECT_EQ(found.mean, 4);
  EXPECT_EQ(found.median, 3);
  EXPECT_NEAR(found.sd, 3.559026084010437, 1e-12);
  EXPECT_LT(found.interval.low, 4);
  EXPECT_GT(found.interval.high, 4);
  // It reaches further to the side of the long tail.
  EXPECT_GT(found.interval.high - 4, 4 - found.interval.low);
  EXPECT_EQ(summarise(variant("a", {4, 1, 9})).median, 4);
}

TEST(Summary, DoesNotAverageFailedRuns) {
  Variant mixed = with_failures(variant("a", {0, 0, 5, 6, 7}), 2, Outcome::collapsed);
  mixed.runs[1].outcome = Outcome::diverged;
  const Summary found = summarise(mixed);
  EXPECT_EQ(found.n, 3);
  EXPECT_EQ(found.mean, 6);
  EXPECT_EQ(found.collapsed.count, 1);
  EXPECT_EQ(found.diverged.count, 1);
  EXPECT_EQ(found.diverged.of, 5);
  EXPECT_EQ(failure_rate(mixed).count, 2);
  EXPECT_EQ(failure_rate(mixed).share(), 0.4);
}

TEST(Summary, OfFewRunsHasNoInterval) {
  const Summary one = summarise(variant("a", {3}));
  EXPECT_EQ(one.n, 1);
  EXPECT_EQ(one.mean, 3);
  EXPECT_TRUE(std::isnan(one.sd));
  EXPECT_TRUE(std::isnan(one.interval.low));
  const Summary none = summarise(variant("a", {}));
  EXPECT_EQ(none.n, 0);
  EXPECT_TRUE(std::isnan(none.mean));
  EXPECT_TRUE(std::isnan(none.median));
  EXPECT_TRUE(std::isnan(none.diverged.share()));
  EXPECT_EQ(none.diverged.interval.high, 1);
}

TEST(Summary, OfEqualValuesIsTheValue) {
  const Summary found = summarise(variant("a", {0.1, 0.1, 0.1}));
  EXPECT_EQ(found.sd, 0);
  EXPECT_EQ(found.interval.low, found.mean);
  EXPECT_EQ(found.interval.high, found.mean);
}

TEST(Summary, RefusesWhatIsNoNumber) {
  EXPECT_THROW(summarise(variant("a", {1, nan})), BadInput);
  EXPECT_THROW(summarise(variant("a", {infinity})), BadInput);
  EXPECT_THROW(summarise(variant("a", {1.7e308, 1.7e308})), BadInput);
  EXPECT_THROW(summarise(variant("a", {1, 2}), {.resamples = 7}), BadInput);
  EXPECT_THROW(failure_rate({.name = "a", .runs = {{.seed = 1}, {.seed = 1}}}), BadInput);
}

TEST(Rates, AreComparedOverPairs) {
  const std::vector<double> ten(10, 1);
  Variant a = with_failures(variant("a", ten), 7, Outcome::collapsed);
  Variant b = with_failures(variant("b", ten), 1, Outcome::diverged);
  b.runs.push_back({.seed = 99, .value = 0, .outcome = Outcome::diverged});
  const RateComparison found = compare_rates(a, b);
  EXPECT_EQ(found.a.count, 7);
  EXPECT_EQ(found.b.count, 1);
  EXPECT_EQ(found.b.of, 10);
  EXPECT_EQ(found.only_a, 6);
  EXPECT_EQ(found.only_b, 0);
  EXPECT_NEAR(found.p, 0.03125, 1e-12);
  EXPECT_EQ(compare_rates(a, b, Failure::collapsed).only_a, 7);
  EXPECT_EQ(compare_rates(a, b, Failure::diverged).only_b, 1);
}

}  // namespace
}  // namespace lehr::study::test
