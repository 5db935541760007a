#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lehr::cpu {

/// Counts of values by sign and size, in steps of a power of two: step i holds sizes in [i, i + 1)
/// 2^exponent. Zeros, also the negative one, are in positive[0]. What lies beyond, or is not finite, is not
/// counted.
struct FineCounts {
  /// Steps that are counted at full speed, and all of them: a tensor whose largest values lie up to two
  /// octaves higher than expected needs no second pass.
  static constexpr int quick = 64;
  static constexpr int steps = 4 * quick;

  std::array<std::uint32_t, steps> positive{};
  std::array<std::uint32_t, steps> negative{};
  // Of what was counted: the other parts are still zeros.
  bool any_negative = false;
  bool any_beyond = false;

  /// Touches only what holds counts: the other one may lie in another core's cache, and each line of it that
  /// moves costs as much as counting hundreds of values.
  void add(const FineCounts& other) {
    const std::size_t end = other.any_beyond ? steps : quick;
    for (std::size_t step = 0; step < end; ++step) positive[step] += other.positive[step];
    for (std::size_t step = 0; other.any_negative && step < end; ++step)
      negative[step] += other.negative[step];
    any_negative = any_negative || other.any_negative;
    any_beyond = any_beyond || other.any_beyond;
  }
  /// Sets all to zero, after use.
  void clear() {
    const std::size_t end = any_beyond ? steps : quick;
    std::fill_n(positive.begin(), end, 0);
    if (any_negative) std::fill_n(negative.begin(), end, 0);
    any_negative = any_beyond = false;
  }
};

/// Some values, and what is known of them.
struct CountTask {
  const float* values;
  std::int64_t count;
  float steps_per_unit;  ///< 2^-exponent
  bool negative;         ///< whether any lies below zero
  bool beyond_quick;     ///< whether any lies beyond the quick steps
};

}  // namespace lehr::cpu
