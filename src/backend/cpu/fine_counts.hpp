#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lehr::cpu {

/// Counts of values of one sign by size, in steps of a power of two: step i holds sizes in [i, i + 1)
/// 2^exponent. What lies beyond, or is not finite, is not counted.
struct StepCounts {
  static constexpr int steps = 256;
  static constexpr int group = 32;  ///< steps that are counted at once

  std::array<std::uint32_t, steps> counts{};
  int groups = 0;  ///< that hold counts; the others are still zeros

  int end() const { return group * groups; }
  std::uint32_t operator[](int step) const { return counts[static_cast<std::size_t>(step)]; }

  /// Touches only what holds counts: the other one may lie in another core's cache, and each line of it that
  /// moves costs as much as counting hundreds of values.
  void add(const StepCounts& other) {
    for (std::size_t step = 0; step < static_cast<std::size_t>(other.end()); ++step) {
      counts[step] += other.counts[step];
    }
    groups = std::max(groups, other.groups);
  }
  void clear() {
    std::fill_n(counts.begin(), end(), 0);
    groups = 0;
  }
};

/// Zeros, also the negative one, are positive.
struct FineCounts {
  StepCounts positive;
  StepCounts negative;

  void add(const FineCounts& other) {
    positive.add(other.positive);
    negative.add(other.negative);
  }
  void clear() {
    positive.clear();
    negative.clear();
  }
};

/// Some values, and what is known of them.
struct CountTask {
  const float* values;
  std::int64_t count;
  float least;  ///< of the finite ones, as is the next
  float most;
  float steps_per_unit;  ///< 2^-exponent
  int most_groups;       ///< of each sign; what lies beyond need not be counted
  int full_groups;       ///< beyond these are few values: a guess that spares work
};

}  // namespace lehr::cpu
