#include "lehr/study/summary.hpp"

#include "study/mean_estimate.hpp"
#include "study/moments.hpp"
#include "study/pairing.hpp"

namespace lehr::study {

Summary summarise(const Variant& variant, const Resampling& resampling) {
  const std::vector<double> values = finished_values(by_seed(variant));
  const MeanEstimate estimate =
      estimate_mean({.values = values, .magnitude = largest_size(values)}, resampling);
  return {.n = estimate.n,
          .mean = estimate.mean,
          .median = median_of(values),
          .sd = estimate.sd,
          .interval = estimate.interval,
          .collapsed = failure_rate(variant, Failure::collapsed),
          .diverged = failure_rate(variant, Failure::diverged)};
}

}  // namespace lehr::study
