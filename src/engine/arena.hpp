#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lehr {

/// Memory that one tensor needs from time step `first` to time step `last`, inclusive.
struct Allocation {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct ArenaLayout {
  std::vector<std::size_t> offsets;  ///< one per allocation, multiples of buffer_alignment
  std::size_t bytes = 0;
};

/// Places allocations so that those alive at the same time do not overlap. The largest is placed
/// first, each at the lowest offset that is free during its lifetime. Source: Pisarchyk and Lee
/// 2020, "Efficient memory management for deep neural net inference", greedy by size.
ArenaLayout plan_arena(std::span<const Allocation> allocations);

}  // namespace lehr
