#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lehr {

/// The mean over samples of each value of the network's input: the mean image.
class MeanInput {
 public:
  /// values: `samples` inputs of equal size, the same in each call.
  void add(std::span<const float> values, std::int64_t samples);
  std::int64_t samples() const { return samples_; }

  /// Pearson's correlation of two mean images of equal size, over their values. NaN if one is constant.
  friend double correlation(const MeanInput& a, const MeanInput& b);

 private:
  std::vector<double> sums_{};
  std::int64_t samples_ = 0;
};

}  // namespace lehr
