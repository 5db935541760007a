#pragma once

#include <cstdint>

#include "lehr/core/tensor_stats.hpp"

namespace lehr {

/// Moments, extremes and counts of part of a tensor. All except non_finite cover only the finite
/// values.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;  ///< sum of squared deviations from the mean
  float min = 0;
  float max = 0;
  std::int64_t near_zero = 0;
  std::int64_t near_zero_abs = 0;
  std::int64_t zero = 0;
  std::int64_t non_finite = 0;

  void add(float value, float threshold);
  /// Source: Chan, Golub and LeVeque 1979.
  void add(const Moments& other);
  /// Writes all fields except the histograms.
  void write(TensorStats& stats) const;
};

/// SignedHistogram::exponent for a tensor with this largest magnitude.
int fitting_exponent(double largest);

}  // namespace lehr
