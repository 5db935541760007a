#pragma once

#include <cstdint>

#include "backend/cpu/fine_counts.hpp"
#include "backend/stats_parts.hpp"

namespace lehr::cpu {

/// Number of elements that stay in the first-level cache between moments and histogram. Small
/// enough for sums in single precision.
constexpr std::int64_t stats_block = 15 * 256;

/// The counts from which the histograms of a tensor are made.
struct alignas(128) BlockCounts {
  std::uint64_t at_top = 0;  ///< magnitudes that equal the upper end of MagnitudeHistogram
  FineCounts fine;

  void add(const BlockCounts& other) {
    at_top += other.at_top;
    fine.add(other.fine);
  }
  void clear() {
    at_top = 0;
    fine.clear();
  }
};

/// A block and the parameters of its measurement.
struct BlockTask {
  const float* values;
  std::int64_t count;
  float near_zero;
  bool cut_off;  ///< a guess that saves work: the minimum is zero, as after a relu
};

/// What to count.
struct CountPlan {
  float steps_per_unit;  ///< a power of two
  int max_groups;
  int full_groups;
  bool at_top;
};

/// Measures a block of at most stats_block values.
Moments measure_block(const BlockTask& task);

/// Adds a block with known minimum and maximum to the counts.
void count_block(const BlockTask& task, const Moments& known, const CountPlan& plan, BlockCounts& counts);

}  // namespace lehr::cpu
