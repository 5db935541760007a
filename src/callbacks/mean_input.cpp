#include "callbacks/mean_input.hpp"

#include <cmath>
#include <numeric>

namespace lehr {

void MeanInput::add(std::span<const float> values, std::int64_t samples) {
  if (samples == 0) return;
  const std::size_t elements = values.size() / static_cast<std::size_t>(samples);
  sums_.resize(elements);
  for (std::size_t begin = 0; begin < values.size(); begin += elements) {
    for (std::size_t i = 0; i < elements; ++i) sums_[i] += static_cast<double>(values[begin + i]);
  }
  samples_ += samples;
}

double correlation(const MeanInput& a, const MeanInput& b) {
  const auto count = static_cast<double>(a.sums_.size());
  const double middle_a = std::accumulate(a.sums_.begin(), a.sums_.end(), 0.0) / count;
  const double middle_b = std::accumulate(b.sums_.begin(), b.sums_.end(), 0.0) / count;
  double both = 0;
  double only_a = 0;
  double only_b = 0;
  for (std::size_t i = 0; i < a.sums_.size(); ++i) {
    const double from_a = a.sums_[i] - middle_a;
    const double from_b = b.sums_[i] - middle_b;
    both += from_a * from_b;
    only_a += from_a * from_a;
    only_b += from_b * from_b;
  }
  return both / std::sqrt(only_a * only_b);
}

}  // namespace lehr
