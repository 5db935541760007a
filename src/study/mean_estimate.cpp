#include "study/mean_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/rng.hpp"
#include "study/moments.hpp"

namespace lehr::study {
namespace {

/// One resample in 40 lies beyond each end of a 95 % interval.
constexpr int resamples_per_tail = 40;

/// sqrt(n) mean / sd of a resample, whose true mean is 0.
double t_of(std::span<const double> resample) {
  const auto n = static_cast<double>(resample.size());
  double sum = 0;
  for (const double value : resample) sum += value;
  const double mean = sum / n;
  double squares = 0;
  for (const double value : resample) squares += (value - mean) * (value - mean);
  if (squares == 0) return mean == 0 ? 0 : std::copysign(HUGE_VAL, mean);
  return mean / std::sqrt(squares / (n - 1) / n);
}

/// The sorted t of smoothed resamples of numbers that are sorted and have mean 0 and standard deviation 1.
std::vector<double> resampled_t(std::span<const double> standardised, const Resampling& resampling) {
  const std::size_t n = standardised.size();
  const double smoothing = 0.9 * std::pow(static_cast<double>(n), -0.2);
  Rng rng(resampling.seed, Purpose::resampling, n);
  std::vector<double> resample(n);
  std::vector<double> mirrored(n);
  std::vector<double> found;
  found.reserve(static_cast<std::size_t>(resampling.resamples));
  for (int pair = 0; pair < resampling.resamples / 2; ++pair) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto drawn =
          static_cast<std::size_t>(static_cast<double>(rng.uniform()) * static_cast<double>(n));
      const double noise = smoothing * static_cast<double>(rng.normal());
      resample[i] = standardised[drawn] + noise;
      mirrored[i] = standardised[n - 1 - drawn] - noise;
    }
    found.push_back(t_of(resample));
    found.push_back(t_of(mirrored));
  }
  std::ranges::sort(found);
  return found;
}

double inverted_p(const std::vector<double>& sorted_t, double t) {
  const auto below = std::ranges::upper_bound(sorted_t, t) - sorted_t.begin();
  const auto above = sorted_t.end() - std::ranges::lower_bound(sorted_t, t);
  const auto tail = static_cast<double>(std::min(below, above));
  return std::min(1.0, 2 * (1 + tail) / (1 + static_cast<double>(sorted_t.size())));
}

}  // namespace

void check_resampling(const Resampling& resampling) {
  constexpr int most = 10'000'000;
  const int count = resampling.resamples;
  if (count >= resamples_per_tail && count <= most && count % resamples_per_tail == 0) return;
  throw BadInput("the number of resamples must be a multiple of 40 up to 10,000,000, found " +
                 std::to_string(count));
}

MeanEstimate estimate_mean(const MeanInput& input, const Resampling& resampling) {
  check_resampling(resampling);
  // Sorted, the values give equal bits in any order, and the opposite values the mirrored resamples.
  std::vector<double> values(input.values.begin(), input.values.end());
  std::ranges::sort(values);
  MeanEstimate estimate{.n = std::ssize(values)};
  estimate.mean = mean_of(values);
  estimate.sd = sd_of(values, input.magnitude);
  if (values.size() < 2) return estimate;
  if (estimate.sd == 0) {
    estimate.interval = {.low = estimate.mean, .high = estimate.mean};
    estimate.p = estimate.mean == 0 ? 1 : 0;
    return estimate;
  }
  const double error = estimate.sd / std::sqrt(static_cast<double>(values.size()));
  for (double& value : values) value = (value - estimate.mean) / estimate.sd;
  const std::vector<double> sorted_t = resampled_t(values, resampling);
  const auto tail = sorted_t.size() / resamples_per_tail;
  estimate.interval.low = estimate.mean - sorted_t[sorted_t.size() - tail] * error;
  estimate.interval.high = estimate.mean - sorted_t[tail - 1] * error;
  estimate.p = inverted_p(sorted_t, estimate.mean / error);
  return estimate;
}

}  // namespace lehr::study
