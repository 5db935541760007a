#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "lehr/study/interval.hpp"
#include "lehr/study/runs.hpp"
#include "lehr/study/summary.hpp"

namespace lehr::study {

enum class Scale {
  difference,  ///< b - a
  ratio        ///< b / a, compared as log(b / a); all values must be positive
};

struct ComparisonOptions {
  Scale scale = Scale::difference;
  /// The quantity has no noise, as a count of parameters: a difference that is equal for all seeds is shown
  /// by two of them. Otherwise equal differences count as luck up to five pairs, as in sign_flip_p.
  bool noise_free = false;
  Resampling resampling{};
};

/// b against a over the seeds with which both finished. Numbers are in the units of the quantity, or natural
/// logarithms of ratios. Exchanging a and b gives exactly the opposite numbers.
struct Comparison {
  std::string a;
  std::string b;
  Scale scale = Scale::difference;

  std::int64_t pairs = 0;
  std::int64_t missing = 0;  ///< seeds that only one variant ran; no number counts them
  std::int64_t failed = 0;   ///< seeds that both ran and at least one failed; only `failures` counts them
  Rate collapsed_a{};        ///< of the seeds that both ran, as the three below
  Rate collapsed_b{};
  Rate diverged_a{};
  Rate diverged_b{};
  RateComparison failures{};

  // NaN without a pair.
  double effect = std::numeric_limits<double>::quiet_NaN();  ///< mean of b - a, or of log(b / a)
  // NaN with less than two pairs.
  double sd = std::numeric_limits<double>::quiet_NaN();  ///< of the differences, with pairs - 1
  Interval interval{};  ///< of the effect; from -inf to inf if up to five pairs have equal differences
  double effect_size =
      std::numeric_limits<double>::quiet_NaN();  ///< Cohen's d_z = effect / sd; can be infinite
  double detectable = std::numeric_limits<double>::quiet_NaN();  ///< smallest_effect_shown(pairs, sd)
  /// Two-sided. It inverts the interval: p <= 0.05 exactly if the interval excludes 0. So a test and an
  /// interval cannot contradict each other, as those of sign_flip_p, which at five pairs is never below 0.06,
  /// would. It is at least 2 / (resamples + 1), except with equal differences.
  double p = std::numeric_limits<double>::quiet_NaN();
  double p_adjusted = std::numeric_limits<double>::quiet_NaN();  ///< p, until correct_family
  std::int64_t family = 1;                                       ///< comparisons corrected together
};

/// Throws BadInput as check_variant does, if a ratio has a value that is not positive, if numbers are too
/// large, or if the resampling is not usable.
Comparison compare(const Variant& a, const Variant& b, const ComparisonOptions& options = {});

/// Sets p_adjusted and `family` of comparisons that are read together (holm). Those with less than two pairs
/// have no p and do not count.
void correct_family(std::span<Comparison> comparisons);

/// Every variant against the first one, corrected as a family. Throws BadInput if there are fewer than two
/// variants or two have the same name, and in the cases of compare.
std::vector<Comparison> compare_with_first(std::span<const Variant> variants,
                                           const ComparisonOptions& options = {});

}  // namespace lehr::study
