#pragma once

#include <cstdint>
#include <span>

namespace lehr {

/// What a network gets as input, over all values of a batch. NaN if the input has NaN.
struct InputNumbers {
  double mean = 0;
  double std = 0;
  double min = 0;
  double max = 0;
  double distinct = 0;  ///< share of the samples whose input differs from all others
};

/// values: `samples` inputs of equal size. One pass on the compute threads.
InputNumbers input_numbers(std::span<const float> values, std::int64_t samples);

}  // namespace lehr
