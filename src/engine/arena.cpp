#include "engine/arena.hpp"

#include <algorithm>
#include <numeric>

#include "lehr/core/tensor.hpp"

namespace lehr {
namespace {

std::size_t aligned(std::size_t bytes) {
  return (bytes + buffer_alignment - 1) / buffer_alignment * buffer_alignment;
}

bool overlap_in_time(const Allocation& a, const Allocation& b) {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

ArenaLayout plan_arena(std::span<const Allocation> allocations) {
  std::vector<std::size_t> order(allocations.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return allocations[i].bytes; });

  ArenaLayout layout;
  layout.offsets.resize(allocations.size());
  std::vector<std::size_t> placed;  // by ascending offset
  for (const std::size_t i : order) {
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!overlap_in_time(allocations[i], allocations[other])) continue;
      if (layout.offsets[other] >= offset + aligned(allocations[i].bytes)) break;
      offset = std::max(offset, layout.offsets[other] + aligned(allocations[other].bytes));
    }
    layout.offsets[i] = offset;
    layout.bytes = std::max(layout.bytes, offset + aligned(allocations[i].bytes));
    placed.insert(
        std::ranges::upper_bound(placed, offset, {}, [&](std::size_t j) { return layout.offsets[j]; }), i);
  }
  return layout;
}

}  // namespace lehr
