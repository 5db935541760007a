#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/core/tensor_stats.hpp"

namespace lehr::cpu {

/// Counters for the channels of one tensor. The channels are adjacent, so a value's channel is its
/// index modulo the number of channels. There is one counter per index in a period. The period is a
/// multiple of the number of channels and of the lanes of every vector type. A vector of values can
/// thus be added to a vector of counters.
class LaneCounts {
 public:
  /// Sets all counters to zero, for this number of channels.
  void clear(std::int64_t channels);
  std::int64_t period() const { return period_; }
  /// The counters of one field of channel_fields.
  std::uint32_t* of(std::size_t field) {
    return counters_.data() + static_cast<std::int64_t>(field) * period_;
  }
  /// Adds to the counts of each channel.
  void add_to(std::span<ChannelCounts> counts) const;

 private:
  std::int64_t period_ = 0;
  std::vector<std::uint32_t> counters_;
};

/// Consecutive values.
struct ChannelTask {
  const float* values;
  std::int64_t count;
  /// Index of the first value in the tensor, a multiple of the lanes of every vector type.
  std::int64_t first;
  float near_zero;
  float saturated_below;
  float saturated_above;
};

void count_channels(const ChannelTask& task, LaneCounts& counts);

}  // namespace lehr::cpu
