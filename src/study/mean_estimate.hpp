#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "lehr/study/interval.hpp"

namespace lehr::study {

/// Throws BadInput unless the number of resamples is usable.
void check_resampling(const Resampling& resampling);

struct MeanEstimate {
  std::int64_t n = 0;
  double mean = std::numeric_limits<double>::quiet_NaN();  ///< NaN if n is 0
  double sd = std::numeric_limits<double>::quiet_NaN();    ///< NaN if n < 2, as those below
  Interval interval{};                                     ///< of the mean; the mean itself if sd is 0
  double p = std::numeric_limits<double>::quiet_NaN();     ///< that the mean is 0; 0 or 1 if sd is 0
};

struct MeanInput {
  std::span<const double> values;  ///< finite numbers in any order
  double magnitude = 0;            ///< as for sd_of
};

/// The smoothed bootstrap-t interval of lehr/study/interval.hpp, and the p-value that inverts it. Opposite
/// values have exactly the opposite interval and the same p.
MeanEstimate estimate_mean(const MeanInput& input, const Resampling& resampling);

}  // namespace lehr::study
