#include "lehr/study/trend.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/core/error.hpp"
#include "study/rank_correlation.hpp"
#include "study/support.hpp"

namespace lehr::study::test {
namespace {

const std::vector<double> batch_sizes{16, 32, 64, 128};

/// Four variants with these means and noise of standard deviation 0.1.
std::vector<Variant> study(const std::vector<double>& means, std::size_t seeds = 8) {
  std::vector<Variant> variants;
  for (const double mean : means) {
    variants.push_back(variant("v" + std::to_string(variants.size()),
                               normal_values(seeds, 20 + variants.size(), mean, 0.1)));
  }
  return variants;
}

// scipy.stats.spearmanr(a, b).statistic
TEST(RankCorrelation, HasScipysValues) {
  const std::vector<double> axis{16, 32, 64, 128, 256};
  EXPECT_NEAR(rank_correlation(axis, std::vector<double>{.91, .94, .93, .90, .88}), -0.7, 1e-12);
  const std::vector<double> ties{1, 2, 3, 4, 4};
  EXPECT_NEAR(rank_correlation(ties, std::vector<double>{2, 2, 3, 1, 5}), 0.15789473684210528, 1e-12);
  EXPECT_EQ(rank_correlation(axis, std::vector<double>(5, 1)), 0);
}

TEST(Trend, IsFoundWhereThereIsOne) {
  const Trend falls = trend(batch_sizes, study({4, 3, 2, 1}));
  EXPECT_EQ(falls.correlation, -1);
  EXPECT_EQ(falls.interval.high, -1);
  EXPECT_EQ(falls.seeds, 8);
  EXPECT_EQ(
      trend_sentence(falls, "accuracy", "batch size"),
      "accuracy falls with batch size (rank correlation −1.00, 95 % interval −1.00 to −1.00, 4 variants, 8 "
      "seeds)");
  const Trend rises = trend(batch_sizes, study({1, 2, 3, 4}));
  EXPECT_EQ(rises.interval.low, 1);
  EXPECT_TRUE(
      trend_sentence(rises, "accuracy", "batch size").starts_with("accuracy rises with batch size ("));
}

TEST(Trend, IsNotFoundInNoise) {
  const Trend noise = trend(batch_sizes, study({1, 1, 1, 1}));
  EXPECT_TRUE(noise.interval.contains(0));
  EXPECT_LT(noise.interval.low, 0);
  EXPECT_GT(noise.interval.high, 0);
  EXPECT_TRUE(trend_sentence(noise, "accuracy", "batch size")
                  .starts_with("8 seeds cannot tell whether accuracy rises or falls with batch size ("));
}

TEST(Trend, OfOppositeNumbersIsExactlyOpposite) {
  const std::vector<Variant> variants = study({1, 1.05, 1, 1.1});
  std::vector<Variant> flipped = variants;
  for (Variant& one : flipped) {
    for (SeedRun& run : one.runs) run.value = -run.value;
  }
  const Trend a = trend(batch_sizes, variants);
  const Trend b = trend(batch_sizes, flipped);
  EXPECT_EQ(a.correlation, -b.correlation);
  EXPECT_EQ(a.interval.low, -b.interval.high);
  EXPECT_EQ(a.interval.high, -b.interval.low);
}

TEST(Trend, PairsTheSeeds) {
  // The seeds differ much, and all have the same trend.
  std::vector<Variant> variants = study({1, 2, 3, 4});
  for (Variant& one : variants) {
    for (SeedRun& run : one.runs) run.value += 100 * static_cast<double>(run.seed);
  }
  EXPECT_EQ(trend(batch_sizes, variants).interval.low, 1);
}

TEST(Trend, TakesTheVariantsInAnyOrder) {
  const std::vector<Variant> sorted = study({1, 2, 3, 4});
  const std::vector<Variant> mixed{sorted[2], sorted[0], sorted[3], sorted[1]};
  const Trend found = trend(std::vector<double>{64, 16, 128, 32}, mixed);
  EXPECT_EQ(found.correlation, 1);
  EXPECT_EQ(found.used, (std::vector<std::size_t>{1, 3, 0, 2}));
}

TEST(Trend, LeavesOutSeedsAndVariantsThatDidNotFinish) {
  std::vector<Variant> variants = study({1, 2, 3, 4});
  variants[1] = with_failures(variants[1], 7, Outcome::diverged);
  variants[2].runs.pop_back();
  const Trend found = trend(batch_sizes, variants);
  EXPECT_EQ(found.left_out, std::vector<std::size_t>{1});
  EXPECT_EQ(found.seeds, 7);
  EXPECT_EQ(found.dropped, 1);
  EXPECT_EQ(found.means.size(), 3U);
  EXPECT_TRUE(
      trend_sentence(found, "loss", "rate")
          .ends_with(
              "; 1 seed did not finish with every variant; 1 variant finished with less than two seeds"));
}

TEST(Trend, OfOneSeedShowsNothing) {
  std::vector<Variant> variants = study({1, 2, 3, 4});
  for (std::size_t i = 0; i < 4; ++i) variants[i].runs = {variants[i].runs[0], variants[i].runs[i + 1]};
  const Trend found = trend(batch_sizes, variants);
  EXPECT_EQ(found.seeds, 1);
  EXPECT_TRUE(std::isnan(found.correlation));
  EXPECT_TRUE(trend_sentence(found, "loss", "rate").starts_with("one seed shows nothing: "));
  const std::vector<Variant> empty(4);
  EXPECT_EQ(trend(batch_sizes, empty).left_out.size(), 4U);
  EXPECT_TRUE(trend_sentence(trend(batch_sizes, empty), "loss", "rate").starts_with("there is nothing "));
}

TEST(Best, ComesWithThoseThatCannotBeToldFromIt) {
  const std::vector<Variant> variants = study({1, 3, 3.01, 2});
  const Best high = best_of(variants).value();
  EXPECT_TRUE(high.best == 1 || high.best == 2);
  EXPECT_EQ(high.not_told_apart, std::vector<std::size_t>{3 - high.best});
  EXPECT_EQ(high.comparisons.size(), 3U);
  EXPECT_EQ(high.comparisons[0].family, 3);
  const Best low = best_of(variants, {.higher_is_better = false}).value();
  EXPECT_EQ(low.best, 0U);
  EXPECT_TRUE(low.not_told_apart.empty());
}

TEST(Best, CorrectsForTheNumberOfVariants) {
  // Each p is between 0.05 / 3 and 0.05. After Holm, no variant differs from the best.
  const std::vector<double> base(6, 0);
  const std::vector<double> lead{0.8, 0.2, 0.8, 0.9, 0.1, 0.7};
  const std::vector<Variant> variants{variant("a", base), variant("best", lead), variant("b", base),
                                      variant("c", base)};
  const Best found = best_of(variants).value();
  EXPECT_LT(found.comparisons[0].p, 0.05);
  EXPECT_GT(found.comparisons[0].p, 0.05 / 3);
  EXPECT_EQ(found.not_told_apart, (std::vector<std::size_t>{0, 2, 3}));
}

TEST(Best, KeepsVariantsOfWhichTooLittleIsKnown) {
  const Best found =
      best_of(std::vector<Variant>{variant("a", {1, 2, 3}), variant("b", {0}), variant("c", {})}).value();
  EXPECT_EQ(found.best, 0U);
  EXPECT_EQ(found.not_told_apart, (std::vector<std::size_t>{1, 2}));
}

TEST(Best, IsNoneWithoutTwoFinishedRuns) {
  EXPECT_FALSE(best_of(std::vector<Variant>(2)));
  EXPECT_FALSE(best_of(std::vector<Variant>{variant("a", {1}), variant("b", {2})}));
}

TEST(Best, KeepsAVariantThatIsAheadOverTheSharedSeeds) {
  const std::vector<Variant> variants{variant("a", {0, 0, 0, 0, 0, 0, 1000}),
                                      variant("b", {1, 2, 1, 2, 1, 2})};
  const Best found = best_of(variants).value();
  EXPECT_EQ(found.best, 0U);
  EXPECT_LT(found.comparisons[0].p, 0.05);
  EXPECT_EQ(found.not_told_apart, std::vector<std::size_t>{1});
}

TEST(TrendAndBest, RefuseWhatTheyCannotUse) {
  const std::vector<Variant> variants = study({1, 2, 3, 4});
  EXPECT_THROW(trend(std::vector<double>{1, 2, 3}, variants), BadInput);
  EXPECT_THROW(trend(std::vector<double>{1, 2}, std::vector<Variant>{variants[0], variants[1]}), BadInput);
  EXPECT_THROW(trend(std::vector<double>{1, 2, 3, nan}, variants), BadInput);
  EXPECT_THROW(trend(std::vector<double>{1, 2, 3, infinity}, variants), BadInput);
  EXPECT_THROW(trend(std::vector<double>(4, 1), variants), BadInput);
  EXPECT_THROW(trend({}, {}), BadInput);
  EXPECT_THROW(trend(batch_sizes, variants, {.resamples = 1}), BadInput);
  std::vector<Variant> bad = variants;
  bad[3].runs[2].value = nan;
  EXPECT_THROW(trend(batch_sizes, bad), BadInput);
  EXPECT_THROW(best_of(bad), BadInput);
  EXPECT_THROW(best_of({}), BadInput);
}

}  // namespace
}  // namespace lehr::study::test
