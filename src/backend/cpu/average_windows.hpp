#pragma once

#include <cstdint>
#include <vector>

namespace lehr::cpu {

/// The positions [begin, end) along one axis that one output position averages, and the extent that
/// counts in the divisor.
struct AverageWindow {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size = 1;
};

/// Averages of (N, H, W, C) over windows that are the same in every image. rows[i] and columns[j]
/// form the window of output (i, j).
struct AverageWindows {
  std::int64_t batch = 1, channels = 1, in_h = 1, in_w = 1;
  std::vector<AverageWindow> rows;
  std::vector<AverageWindow> columns;

  void forward(const float* x, float* y) const;
  void backward(const float* grad, float* input_grad) const;
};

}  // namespace lehr::cpu
