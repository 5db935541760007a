#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lehr/study/interval.hpp"

/// Tests and formulas that need plain numbers alone. P-values are two-sided.
namespace lehr::study {

/// A p-value up to this counts as shown.
inline constexpr double significance_level = 0.05;

/// Student's t test that the mean of the differences is 0. Throws BadInput if there are fewer than 2, or they
/// are not finite. 1 if all are 0, 0 if all are equal and not 0. Source: Student, 1908.
double t_test_p(std::span<const double> differences);

/// The share of all 2^n ways to flip the signs of the differences whose sum is at least as far from 0.
/// Throws BadInput if there are none or more than 24, or they are not finite. It cannot go below 2^(1-n), so
/// five pairs can never reach 0.05. Source: Fisher, "The design of experiments", 1935.
double sign_flip_p(std::span<const double> differences);

/// McNemar's exact test: of the pairs with different outcomes, `only_a` have it on one side and `only_b` on
/// the other. Throws BadInput if one is negative. Source: McNemar, 1947, with the binomial distribution.
double mcnemar_p(std::int64_t only_a, std::int64_t only_b);

/// P-values of a family of tests, corrected so that the chance of any false one stays at 5 %, in the order
/// given. Throws BadInput unless all are from 0 to 1. Source: Holm, "A simple sequentially rejective multiple
/// test procedure", 1979.
std::vector<double> holm(std::span<const double> p);

/// Wilson's score interval of a share, for `count` of `of`. 0 to 1 if `of` is 0. Throws BadInput unless
/// 0 <= count <= of. Source: Wilson, "Probable inference", 1927.
Interval wilson(std::int64_t count, std::int64_t of);

/// The smallest mean difference that `pairs` show with 80 % power in a two-sided 5 % t test, if their
/// differences have this standard deviation: (t(0.975) + t(0.8)) sd / sqrt(pairs), where t(q) is the quantile
/// of Student's distribution with pairs - 1 degrees of freedom. For three pairs the power is in truth
/// 77 %. Throws BadInput if there are fewer than 2
/// pairs, or sd is negative or not finite. Source: Bloom, "Minimum detectable effects", 1995.
double smallest_effect_shown(std::int64_t pairs, double sd);

/// The smallest number of pairs that shows the effect by the same formula; none if 10,000 are too few. Throws
/// BadInput unless the effect is positive and finite and sd not negative.
std::optional<std::int64_t> pairs_to_show(double effect, double sd);

}  // namespace lehr::study
