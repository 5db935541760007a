#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lehr::cpu {

/// Counts of values of one sign by magnitude, in steps of a power of two. Step i is for magnitudes
/// in [i, i + 1) 2^exponent. Larger values and non-finite values are not counted.
struct StepCounts {
  static constexpr int steps = 256;
  static constexpr int group = 32;  ///< steps that are counted in one pass

  std::array<std::uint32_t, steps> counts{};
  int groups = 0;  ///< groups that contain counts; the others are still zero

  int end() const { return group * groups; }
  std::uint32_t operator[](int step) const { return counts[static_cast<std::size_t>(step)]; }

  /// Touches only entries that contain counts. `other` may be in another core's cache, and each of
  /// its lines that moves costs as much as counting hundreds of values.
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

/// Zeros count as positive, including the negative zero.
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

/// Values to count, and known properties of them.
struct CountTask {
  const float* values;
  std::int64_t count;
  float least;  ///< minimum of the finite values; `most` is their maximum
  float most;
  float steps_per_unit;  ///< 2^-exponent
  int max_groups;        ///< for each sign; larger values need not be counted
  int full_groups;       ///< a guess that saves work: few values are beyond these groups
};

}  // namespace lehr::cpu
