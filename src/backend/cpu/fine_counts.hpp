#pragma once

#include <array>
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
