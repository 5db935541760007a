#include "lehr/core/tensor_stats.hpp"

#include <cmath>
#include <limits>

namespace lehr {

double SignedHistogram::width() const { return std::ldexp(1.0, static_cast<int>(exponent)); }

double SignedHistogram::edge(int bin) const { return (bin - bins / 2) * width(); }

double rounded_to_single(double value) {
  const bool fits = std::abs(value) <= std::numeric_limits<float>::max();
  return fits ? static_cast<double>(static_cast<float>(value)) : value;
}

}  // namespace lehr
