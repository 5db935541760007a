#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lehr/core/tensor_stats.hpp"

namespace lehr {

/// Numbers by bin and recorded batch, row by row.
struct StatImage {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  float at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

/// What was measured of one tensor, a value a recorded batch. Shares are of 1.
class StatSeries {
 public:
  std::size_t size() const { return stats_.size(); }
  bool empty() const { return stats_.empty(); }
  const TensorStats& operator[](std::size_t i) const { return stats_[i]; }
  std::span<const TensorStats> all() const { return stats_; }

  std::vector<float> mean() const;
  std::vector<float> std() const;
  std::vector<float> min() const;
  std::vector<float> max() const;
  std::vector<float> norm() const;
  /// Share of x <= 0.05, as fastai's ActivationStats counts.
  std::vector<float> near_zero() const;
  std::vector<float> near_zero_abs() const;
  std::vector<float> zero() const;
  std::vector<float> non_finite() const;

  /// "The colourful dimension": log1p of the counts of |x|, smallest magnitudes in row 0. Source: fastai's
  /// color_dim; the 40 bins over [0, 10] are those of course22p2.
  StatImage color_dim() const;
  /// Share of values in the first bins of |x|, below bins / 4. Source: course22p2's dead_chart, with 2.
  std::vector<float> dead_chart(int bins = 2) const;

  void push(const TensorStats& stats) { stats_.push_back(stats); }
  /// Keeps the entries at these places, which ascend.
  void keep(std::span<const std::size_t> places);
  void assign(std::vector<TensorStats> stats) { stats_ = std::move(stats); }

 private:
  std::vector<TensorStats> stats_;
};

}  // namespace lehr
