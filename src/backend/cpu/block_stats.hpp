#pragma once

#include <cstdint>

#include "backend/cpu/fine_counts.hpp"
#include "backend/stats_parts.hpp"

namespace lehr::cpu {

/// Elements that stay in the first cache between moments and histogram, few enough for sums in single
/// precision.
constexpr std::int64_t stats_block = 15 * 256;

/// What the histograms of a tensor are made from.
struct alignas(128) BlockCounts {
  std::uint64_t at_top = 0;  ///< sizes of exactly the end of MagnitudeHistogram
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

/// A block and what its measuring needs to know.
struct BlockTask {
  const float* values;
  std::int64_t count;
  float near_zero;
  bool cut_off;  ///< a guess that spares work: the least values are zeros, as behind a relu
};

/// What is counted.
struct CountPlan {
  float steps_per_unit;  ///< a power of two
  int most_groups;
  int full_groups;
  bool at_top;
};

/// Of a block of at most stats_block values.
Moments measure_block(const BlockTask& task);

/// Adds a block whose least and largest value are known to the counts.
void count_block(const BlockTask& task, const Moments& known, const CountPlan& plan, BlockCounts& counts);

}  // namespace lehr::cpu
