#include "lehr/study/comparison.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/study/significance.hpp"
#include "study/support.hpp"
#include "support/message_of.hpp"

namespace lehr::study::test {
namespace {

using lehr::test::message_of;

const Variant keep = variant("keep", {97.1, 97.4, 96.8, 97.3, 97.0, 97.6});
const Variant twice = variant("double", {97.9, 97.7, 97.6, 98.1, 97.2, 98.3});

void expect_opposite(const Comparison& one, const Comparison& other) {
  EXPECT_EQ(one.effect, -other.effect);
  EXPECT_EQ(one.interval.low, -other.interval.high);
  EXPECT_EQ(one.interval.high, -other.interval.low);
  EXPECT_EQ(one.effect_size, -other.effect_size);
  EXPECT_EQ(one.p, other.p);
  EXPECT_EQ(one.sd, other.sd);
  EXPECT_EQ(one.detectable, other.detectable);
}

// numpy 2: d = b - a; n = 6; m = d.mean(); s = d.std(ddof=1); m / s; then, for the interval and p,
//   z = (d - m) / s; r = numpy.random.default_rng(0); e = s / n**.5
//   x = z[r.integers(0, n, (400000, n))] + 0.9 * n**-.2 * r.standard_normal((400000, n))
//   t = x.mean(1) / (x.std(1, ddof=1) / n**.5)
//   m - numpy.quantile(t, [.975, .025]) * e; 2 * (t >= m / e).mean()
// The noise of 40,000 resamples is about 0.007 at the lower end. Student's interval would be 0.31 to 0.89,
// but these differences are skewed.
TEST(Comparison, HasTheKnownValues) {
  const Comparison found = compare(keep, twice);
  EXPECT_EQ(found.pairs, 6);
  EXPECT_NEAR(found.effect, 0.6, 1e-12);
  EXPECT_NEAR(found.sd, 0.2756809750418053, 1e-12);
  EXPECT_NEAR(found.effect_size, 2.1764287503300337, 1e-10);
  EXPECT_NEAR(found.detectable, smallest_effect_shown(6, 0.2756809750418053), 1e-12);
  EXPECT_NEAR(found.interval.low, 0.2036, 0.02);
  EXPECT_NEAR(found.interval.high, 0.8512, 0.01);
  EXPECT_NEAR(found.p, 0.01346, 0.003);
  EXPECT_EQ(found.p_adjusted, found.p);
}

TEST(Comparison, OfExchangedVariantsIsExactlyOpposite) {
  expect_opposite(compare(keep, twice), compare(twice, keep));
  for (const std::size_t seeds : {2U, 3U, 8U, 13U}) {
    const Variant a = variant("a", normal_values(seeds, 1));
    const Variant b = variant("b", normal_values(seeds, 2, 0.3));
    expect_opposite(compare(a, b), compare(b, a));
  }
}

TEST(Comparison, DoesNotDependOnTheOrderOfRuns) {
  Variant reversed = twice;
  std::ranges::reverse(reversed.runs);
  const Comparison one = compare(keep, twice);
  const Comparison other = compare(keep, reversed);
  EXPECT_EQ(one.effect, other.effect);
  EXPECT_EQ(one.interval.low, other.interval.low);
  EXPECT_EQ(one.interval.high, other.interval.high);
  EXPECT_EQ(one.p, other.p);
}

TEST(Comparison, DependsOnTheSeedOfTheResamplingAlone) {
  const Comparison one = compare(keep, twice, {.resampling = {.seed = 5}});
  EXPECT_EQ(one.interval.low, compare(keep, twice, {.resampling = {.seed = 5}}).interval.low);
  EXPECT_NE(one.interval.low, compare(keep, twice, {.resampling = {.seed = 6}}).interval.low);
}

TEST(Comparison, DropsAndCountsSeedsThatLackASide) {
  Variant a = keep;
  Variant b = twice;
  a.runs.erase(a.runs.begin());
  b.runs.pop_back();
  b.runs.push_back({.seed = 77, .value = 1000});
  const Comparison found = compare(a, b);
  EXPECT_EQ(found.pairs, 4);
  EXPECT_EQ(found.missing, 3);
  EXPECT_NEAR(found.effect, (0.3 + 0.8 + 0.8 + 0.2) / 4, 1e-12);
}

TEST(Comparison, LeavesOutFailedRunsAndCountsThem) {
  const Variant b = with_failures(twice, 2, Outcome::diverged);
  Variant a = keep;
  a.runs[1].outcome = Outcome::collapsed;
  a.runs[2].outcome = Outcome::collapsed;
  const Comparison found = compare(a, b);
  EXPECT_EQ(found.pairs, 3);
  EXPECT_EQ(found.failed, 3);
  EXPECT_NEAR(found.effect, (0.8 + 0.2 + 0.7) / 3, 1e-12);
  EXPECT_EQ(found.collapsed_a.count, 2);
  EXPECT_EQ(found.collapsed_b.count, 0);
  EXPECT_EQ(found.diverged_a.count, 0);
  EXPECT_EQ(found.diverged_b.count, 2);
  EXPECT_EQ(found.failures.only_a, 1);
  EXPECT_EQ(found.failures.only_b, 1);
}

TEST(Comparison, OfLessThanTwoPairsHasNoInterval) {
  const Comparison one = compare(variant("a", {1}), variant("b", {2}));
  EXPECT_EQ(one.pairs, 1);
  EXPECT_EQ(one.effect, 1);
  EXPECT_TRUE(std::isnan(one.interval.low));
  EXPECT_TRUE(std::isnan(one.p));
  EXPECT_TRUE(std::isnan(one.sd));
  EXPECT_TRUE(std::isnan(one.detectable));
  const Comparison none = compare(variant("a", {}), variant("b", {2}));
  EXPECT_EQ(none.pairs, 0);
  EXPECT_EQ(none.missing, 1);
  EXPECT_TRUE(std::isnan(none.effect));
  EXPECT_TRUE(std::isnan(none.p));
}

TEST(Comparison, OfRatiosIsOfLogarithms) {
  const Variant a = variant("a", {10, 20, 30, 40});
  const Variant b = variant("b", {19, 42, 58, 84});
  const Comparison found = compare(a, b, {.scale = Scale::ratio});
  EXPECT_NEAR(found.effect, std::log(19.0 / 10 * 42 / 20 * 58 / 30 * 84 / 40) / 4, 1e-12);
  EXPECT_LT(found.interval.low, found.effect);
  EXPECT_GT(found.interval.high, found.effect);
  expect_opposite(found, compare(b, a, {.scale = Scale::ratio}));
}

// 0.3 - 0.2 and 0.2 - 0.1 differ by rounding alone, which is no noise.
TEST(Comparison, OfEqualDifferencesNeedsSixPairs) {
  const std::vector<double> base{0.1, 0.2, 0.3, 0.7, 0.9, 0.4};
  std::vector<double> shifted = base;
  for (double& value : shifted) value += 0.1;
  const Comparison six = compare(variant("a", base), variant("b", shifted));
  EXPECT_EQ(six.sd, 0);
  EXPECT_EQ(six.p, 0.03125);
  EXPECT_NEAR(six.interval.low, 0.1, 1e-12);
  EXPECT_EQ(six.effect_size, infinity);
  const Comparison five = compare(variant("a", {base.begin(), base.end() - 1}), variant("b", shifted));
  EXPECT_EQ(five.p, 0.0625);
  EXPECT_EQ(five.interval.low, -infinity);
  EXPECT_EQ(five.interval.high, infinity);
  EXPECT_TRUE(std::isnan(five.detectable));
  const Comparison exact = compare(variant("a", {8, 8}), variant("b", {16, 16}), {.noise_free = true});
  EXPECT_EQ(exact.p, 0);
  EXPECT_EQ(exact.interval.low, 8);
  EXPECT_EQ(exact.interval.high, 8);
}

TEST(Comparison, OfVariantsThatAreEqualShowsNoEffect) {
  const Comparison found = compare(keep, keep);
  EXPECT_EQ(found.effect, 0);
  EXPECT_EQ(found.effect_size, 0);
  EXPECT_EQ(found.p, 1);
}

TEST(Comparison, ScalesWithItsNumbers) {
  const std::vector<double> noise = normal_values(8, 3, 0.5);
  const Variant zero = variant("zero", std::vector<double>(8, 0));
  const Comparison one = compare(zero, variant("b", noise));
  for (const double factor : {1e-200, 1e200}) {
    std::vector<double> scaled = noise;
    for (double& value : scaled) value *= factor;
    const Comparison other = compare(zero, variant("b", scaled));
    EXPECT_NEAR(other.interval.low / factor, one.interval.low, 1e-9);
    EXPECT_NEAR(other.p, one.p, 1e-12);
  }
}

TEST(Family, IsCorrectedTogether) {
  const Variant base = variant("base", normal_values(10, 4));
  const std::vector<Variant> variants{base, variant("x", normal_values(10, 5, 1)),
                                      variant("y", normal_values(10, 6)), variant("lone", {1})};
  const std::vector<Comparison> found = compare_with_first(variants);
  ASSERT_EQ(found.size(), 3U);
  const std::vector<double> expected = holm(std::vector<double>{found[0].p, found[1].p});
  EXPECT_EQ(found[0].p_adjusted, expected[0]);
  EXPECT_EQ(found[1].p_adjusted, expected[1]);
  EXPECT_EQ(found[0].family, 2);
  EXPECT_EQ(found[2].family, 1);
  EXPECT_TRUE(std::isnan(found[2].p_adjusted));
}

TEST(Comparison, RefusesWhatItCannotCompare) {
  for (const double bad : {nan, infinity, -infinity}) {
    EXPECT_THROW(compare(keep, variant("b", {1, bad})), BadInput);
  }
  EXPECT_EQ(message_of<BadInput>([] {
              compare(variant("a", {1, 2}), variant("b\n", {1, nan}));
            }),
            "variant \"b\\x0A\" with seed 1 has the value nan, expected a finite number, or a run that is "
            "marked as "
            "collapsed or diverged");
  Variant same_seed = keep;
  same_seed.runs[1].seed = 0;
  EXPECT_EQ(message_of<BadInput>([&] { compare(same_seed, twice); }),
            "variant \"keep\" with seed 0 has two runs, expected one");
  EXPECT_THROW(compare(variant("a", {1e308, 1}), variant("b", {-1e308, 2})), BadInput);
  EXPECT_THROW(compare(variant("a", {0, 0}), variant("b", {1.7e308, 1.7e308})), BadInput);
  for (const double bad : {0.0, -1.0}) {
    EXPECT_THROW(compare(keep, variant("b", {1, bad}), {.scale = Scale::ratio}), BadInput);
  }
  for (const int bad : {-40, 0, 39, 1001, 10'000'040}) {
    EXPECT_THROW(compare(keep, twice, {.resampling = {.resamples = bad}}), BadInput);
  }
  EXPECT_THROW(compare_with_first({}), BadInput);
  EXPECT_THROW(compare_with_first(std::vector<Variant>{keep}), BadInput);
  EXPECT_THROW(compare_with_first(std::vector<Variant>{keep, keep}), BadInput);
}

}  // namespace
}  // namespace lehr::study::test
