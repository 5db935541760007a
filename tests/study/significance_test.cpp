// Known values are scipy 1.17.1's, by the command in the comment above each.
#include "lehr/study/significance.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "lehr/core/error.hpp"
#include "study/support.hpp"

namespace lehr::study::test {
namespace {

const std::vector<double> mixed{0.8, -0.3, 0.5, 0.9, -0.1, 0.7, 0.4};

// scipy.stats.ttest_1samp([.8, -.3, .5, .9, -.1, .7, .4], 0).pvalue
TEST(TTest, HasScipysValue) { EXPECT_NEAR(t_test_p(mixed), 0.05309184656732014, 1e-12); }

TEST(TTest, OfOppositeNumbersIsTheSame) { EXPECT_EQ(t_test_p(opposite(mixed)), t_test_p(mixed)); }

TEST(TTest, OfNumbersWithoutSpread) {
  EXPECT_EQ(t_test_p(std::vector<double>{0, 0, 0}), 1);
  EXPECT_EQ(t_test_p(std::vector<double>{0.1, 0.1}), 0);
  // 0.3 - 0.2 and 0.2 - 0.1 differ by rounding alone.
  EXPECT_EQ(t_test_p(std::vector<double>{0.3 - 0.2, 0.2 - 0.1, 0.1}), 0);
}

TEST(TTest, SurvivesLargeAndSmallNumbers) {
  const double p = t_test_p(std::vector<double>{1, 2, 4});
  EXPECT_NEAR(t_test_p(std::vector<double>{1e300, 2e300, 4e300}), p, 1e-12);
  EXPECT_NEAR(t_test_p(std::vector<double>{1e-300, 2e-300, 4e-300}), p, 1e-12);
}

// scipy.stats.permutation_test((d,), numpy.mean, permutation_type='samples', n_resamples=numpy.inf).pvalue
TEST(SignFlips, HaveScipysValues) {
  EXPECT_NEAR(sign_flip_p(mixed), 0.078125, 1e-15);
  EXPECT_NEAR(sign_flip_p(std::vector<double>{0.8, 0.3, 0.8, 0.8, 0.2, 0.7}), 0.03125, 1e-15);
}

TEST(SignFlips, OfOneNumberShowNothing) {
  EXPECT_EQ(sign_flip_p(std::vector<double>{3}), 1);
  EXPECT_EQ(sign_flip_p(std::vector<double>{0, 0, 0}), 1);
}

TEST(SignFlips, CountSumsThatAreEqualExceptForRounding) {
  // Two of the four sums up to their sign are 0.3: 0.1 + 0.2 and itself.
  EXPECT_EQ(sign_flip_p(std::vector<double>{0.1, 0.2, 0.0}), 0.5);
}

// scipy.stats.binomtest(1, 9).pvalue and so on
TEST(McNemar, HasScipysValues) {
  EXPECT_NEAR(mcnemar_p(1, 8), 0.0390625, 1e-12);
  EXPECT_NEAR(mcnemar_p(7, 0), 0.015625, 1e-12);
  EXPECT_NEAR(mcnemar_p(3, 5), 0.7265625, 1e-12);
  EXPECT_EQ(mcnemar_p(4, 4), 1);
  EXPECT_EQ(mcnemar_p(0, 0), 1);
}

// scipy.stats.binomtest(k, n).proportion_ci(method='wilson')
TEST(Wilson, HasScipysValues) {
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.27753279986288926, 1e-12);
  EXPECT_NEAR(wilson(3, 10).low, 0.10779126740630102, 1e-12);
  EXPECT_NEAR(wilson(3, 10).high, 0.6032218525388546, 1e-12);
  EXPECT_NEAR(wilson(10, 10).low, 0.7224672001371109, 1e-12);
  EXPECT_EQ(wilson(10, 10).high, 1);
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

// By hand: sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1, and never less than the one before.
TEST(Holm, MultipliesByTheTestsLeft) {
  const std::vector<double> corrected = holm(std::vector<double>{0.03, 0.01, 0.04, 0.02});
  const std::vector<double> expected{0.06, 0.04, 0.06, 0.06};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(corrected[i], expected[i], 1e-15);
  EXPECT_EQ(holm(std::vector<double>{0.7, 0.9}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(holm({}).empty());
}

// (t.ppf(.975, n - 1) + t.ppf(.8, n - 1)) / sqrt(n) of scipy.stats.t
TEST(SmallestEffect, HasScipysValues) {
  EXPECT_NEAR(smallest_effect_shown(2, 1), 9.957892521561483, 1e-9);
  EXPECT_NEAR(smallest_effect_shown(3, 1), 3.096510147446125, 1e-9);
  EXPECT_NEAR(smallest_effect_shown(10, 2), 2 * 0.9947137350096734, 1e-9);
  EXPECT_NEAR(smallest_effect_shown(20, 1), 0.660528801986637, 1e-9);
  EXPECT_EQ(smallest_effect_shown(2, 0), 0);
}

// The first n at which the formula above, times 0.7, is at most 0.5.
TEST(SmallestEffect, InvertsToANumberOfPairs) {
  EXPECT_EQ(pairs_to_show(0.5, 0.7), 18);
  EXPECT_EQ(pairs_to_show(0.5, 0), 2);
  EXPECT_EQ(pairs_to_show(1e-6, 1), std::nullopt);
}

TEST(Significance, RefusesWhatIsNoNumber) {
  for (const double bad : {nan, infinity, -infinity}) {
    const std::vector<double> numbers{1, bad, 2};
    EXPECT_THROW(t_test_p(numbers), BadInput);
    EXPECT_THROW(sign_flip_p(numbers), BadInput);
    EXPECT_THROW(holm(numbers), BadInput);
    EXPECT_THROW(smallest_effect_shown(3, bad), BadInput);
    EXPECT_THROW(pairs_to_show(bad, 1), BadInput);
    EXPECT_THROW(pairs_to_show(1, bad), BadInput);
  }
}

TEST(Significance, RefusesTooFewAndTooMany) {
  EXPECT_THROW(t_test_p(std::vector<double>{1}), BadInput);
  EXPECT_THROW(sign_flip_p({}), BadInput);
  EXPECT_THROW(sign_flip_p(std::vector<double>(25, 1)), BadInput);
  EXPECT_THROW(mcnemar_p(-1, 3), BadInput);
  EXPECT_THROW(wilson(-1, 3), BadInput);
  EXPECT_THROW(wilson(4, 3), BadInput);
  EXPECT_THROW(smallest_effect_shown(1, 1), BadInput);
  EXPECT_THROW(smallest_effect_shown(3, -1), BadInput);
  EXPECT_THROW(pairs_to_show(0, 1), BadInput);
  EXPECT_THROW(holm(std::vector<double>{1.1}), BadInput);
}

}  // namespace
}  // namespace lehr::study::test
