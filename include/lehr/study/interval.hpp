#pragma once

#include <cstdint>
#include <limits>

namespace lehr::study {

/// A 95 % confidence interval. Both ends are NaN if there is none.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();

  bool contains(double value) const { return low <= value && value <= high; }
  /// Whether the interval lies in the open range from -limit to limit.
  bool within(double limit) const { return low > -limit && high < limit; }
};

/// How intervals are resampled. Equal settings and equal numbers give equal intervals, in any order of runs.
///
/// Intervals of means are smoothed bootstrap-t intervals. A resample draws n of the values with replacement,
/// and adds to each a normal number with standard deviation 0.9 n^(-1/5) of theirs (Silverman, "Density
/// estimation", 1986, equation 3.31). The interval takes the place of Student's t by the quantiles of the
/// resamples' t (Efron, "Nonparametric standard errors and confidence intervals", 1981). Without smoothing,
/// bootstrap-t fails for three values and every percentile interval undercovers, because it ends at the
/// smallest and the largest value (Polansky and Schucany, "Kernel smoothing to improve bootstrap confidence
/// intervals", 1997). Resamples come in mirrored pairs (Hall, "Antithetic resampling for the bootstrap",
/// 1989), so that opposite numbers have exactly opposite intervals. tests/study measures the coverage.
struct Resampling {
  std::uint64_t seed = 0;
  int resamples = 40'000;  ///< a multiple of 40, so that the 2.5 % and 97.5 % quantiles are resamples
};

}  // namespace lehr::study
