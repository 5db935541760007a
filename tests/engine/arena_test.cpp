#include "engine/arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "lehr/core/rng.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr {
namespace {

bool overlap(std::size_t begin_a, std::size_t bytes_a, std::size_t begin_b, std::size_t bytes_b) {
  return begin_a < begin_b + bytes_b && begin_b < begin_a + bytes_a;
}

TEST(Arena, TensorsAliveAtTheSameMomentNeverOverlap) {
  Rng rng(1, Purpose::test);
  for (int round = 0; round < 200; ++round) {
    std::vector<Allocation> allocations;
    const std::uint64_t count = 1 + rng.below(40);
    for (std::uint64_t i = 0; i < count; ++i) {
      const int first = static_cast<int>(rng.below(30));
      allocations.push_back({1 + rng.below(5000), first, first + static_cast<int>(rng.below(10))});
    }
    const ArenaLayout layout = plan_arena(allocations);
    for (std::size_t a = 0; a < allocations.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % buffer_alignment, 0U);
      EXPECT_LE(layout.offsets[a] + allocations[a].bytes, layout.bytes);
      for (std::size_t b = 0; b < a; ++b) {
        const bool together =
            allocations[a].first <= allocations[b].last && allocations[b].first <= allocations[a].last;
        EXPECT_FALSE(together && overlap(layout.offsets[a], allocations[a].bytes, layout.offsets[b],
                                         allocations[b].bytes))
            << "round " << round << ", allocations " << a << " and " << b;
      }
    }
  }
}

TEST(Arena, SharesMemoryBetweenTensorsThatNeverMeet) {
  const std::vector<Allocation> chain{{1024, 0, 1}, {1024, 1, 2}, {1024, 2, 3}, {1024, 3, 4}};
  EXPECT_EQ(plan_arena(chain).bytes, 2048U);
}

TEST(Arena, OfNothingIsEmpty) { EXPECT_EQ(plan_arena({}).bytes, 0U); }

}  // namespace
}  // namespace lehr
