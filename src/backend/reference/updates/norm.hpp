#pragma once

#include <cmath>
#include <cstdint>

namespace lehr::reference {

/// The Euclidean norm.
template <class T>
double norm(const T* values, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  }
  return std::sqrt(sum);
}

}  // namespace lehr::reference
