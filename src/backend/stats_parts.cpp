#include "backend/stats_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lehr {

void Moments::add(float value, float threshold) {
  if (!std::isfinite(value)) {
    ++non_finite;
    return;
  }
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  count += 1;
  const double difference = static_cast<double>(value) - mean;
  mean += difference / count;
  squares += difference * (static_cast<double>(value) - mean);
  near_zero += value <= threshold ? 1 : 0;
  near_zero_abs += std::abs(value) <= threshold ? 1 : 0;
  zero += value == 0 ? 1 : 0;
}

void Moments::add(const Moments& other) {
  near_zero += other.near_zero;
  near_zero_abs += other.near_zero_abs;
  zero += other.zero;
  non_finite += other.non_finite;
  if (other.count == 0) return;
  min = count == 0 ? other.min : std::min(min, other.min);
  max = count == 0 ? other.max : std::max(max, other.max);
  const double total = count + other.count;
  const double difference = other.mean - mean;
  squares += other.squares + difference * difference * count * other.count / total;
  mean += difference * other.count / total;
  count = total;
}

void Moments::write(TensorStats& stats) const {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  stats.count = static_cast<std::int64_t>(count);
  stats.non_finite = non_finite;
  // A tensor without finite values has no mean. A mean of 0 would make it look like a tensor of
  // zeros.
  stats.mean = count > 0 ? rounded_to_single(mean) : none;
  stats.std = count > 1 ? rounded_to_single(std::sqrt(squares / (count - 1))) : (count > 0 ? 0 : none);
  stats.min = count > 0 ? static_cast<double>(min) : none;
  stats.max = count > 0 ? static_cast<double>(max) : none;
  stats.norm = count > 0 ? rounded_to_single(std::sqrt(squares + count * mean * mean)) : none;
  stats.near_zero = near_zero;
  stats.near_zero_abs = near_zero_abs;
  stats.zero = zero;
}

int fitting_exponent(double largest) {
  constexpr int least = -126;
  constexpr int half = SignedHistogram::bins / 2;
  if (!(largest > 0)) return least;  // also for a tensor without finite values
  return std::max(least, std::ilogb(largest) + 1 - std::ilogb(static_cast<double>(half)));
}

}  // namespace lehr
