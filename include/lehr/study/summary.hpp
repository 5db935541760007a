#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "lehr/study/interval.hpp"
#include "lehr/study/runs.hpp"

namespace lehr::study {

/// `count` of `of` runs.
struct Rate {
  std::int64_t count = 0;
  std::int64_t of = 0;
  Interval interval{};  ///< of the share (wilson)

  double share() const;  ///< NaN if `of` is 0
};

/// Which runs a rate counts.
enum class Failure { any, collapsed, diverged };

/// Of all runs of the variant. Throws BadInput as check_variant does.
Rate failure_rate(const Variant& variant, Failure failure = Failure::any);

/// One variant on its own. Runs that collapsed or diverged are in the rates and in no other number.
struct Summary {
  std::int64_t n = 0;  ///< finished runs
  double mean = std::numeric_limits<double>::quiet_NaN();
  double median = std::numeric_limits<double>::quiet_NaN();
  double sd = std::numeric_limits<double>::quiet_NaN();  ///< with n - 1; NaN if n < 2
  Interval interval{};  ///< of the mean; none if n < 2; the value itself if all values are equal
  Rate collapsed{};
  Rate diverged{};
};

/// Throws BadInput as check_variant does, if the values are too large for their variance to be a number, or
/// if the resampling is not usable.
Summary summarise(const Variant& variant, const Resampling& resampling = {});

/// The failures of two variants over the seeds that both ran.
struct RateComparison {
  Rate a{};
  Rate b{};
  std::int64_t only_a = 0;  ///< seeds with which only a failed
  std::int64_t only_b = 0;
  double p = 1;  ///< mcnemar_p
};

RateComparison compare_rates(const Variant& a, const Variant& b, Failure failure = Failure::any);

}  // namespace lehr::study
