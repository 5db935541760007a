#include "lehr/core/tensor_stats.hpp"

#include <cmath>

namespace lehr {

double SignedHistogram::width() const { return std::ldexp(1.0, static_cast<int>(exponent)); }

double SignedHistogram::edge(int bin) const { return (bin - bins / 2) * width(); }

}  // namespace lehr
