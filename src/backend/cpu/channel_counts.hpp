#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/core/tensor_stats.hpp"

namespace lehr::cpu {

/// Counters for the channels of one tensor. Channels lie side by side, so a value's channel is its place
/// modulo the number of channels. There is a counter for each place of a period, which is a multiple of that
/// number and of every vector's lanes: a vector of values then adds to a vector of counters.
class LaneCounts {
 public:
  /// Zeros, for so many channels.
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

/// Some values in a row.
struct ChannelTask {
  const float* values;
  std::int64_t count;
  std::int64_t first;  ///< place of the first value in the tensor, a multiple of every vector's lanes
  float near_zero;
  float saturated_below;
  float saturated_above;
};

void count_channels(const ChannelTask& task, LaneCounts& counts);

}  // namespace lehr::cpu
