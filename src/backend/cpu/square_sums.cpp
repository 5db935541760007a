#include "backend/cpu/square_sums.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/square_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

TwoSums SquareSumsRange(const float* a, const float* b, std::int64_t begin, std::int64_t end) {
  TwoSums sums{};
  for_blocks(begin, end, [&](std::int64_t from, std::int64_t to) HWY_ATTR {
    FloatVec sum_a = hn::Zero(FloatTag());
    FloatVec sum_b = hn::Zero(FloatTag());
    for_vectors(from, to, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec x = access.load(a + i);
      const FloatVec y = access.load(b + i);
      sum_a = hn::MulAdd(x, x, sum_a);
      sum_b = hn::MulAdd(y, y, sum_b);
    });
    sums[0] += sum_of_lanes(sum_a);
    sums[1] += sum_of_lanes(sum_b);
  });
  return sums;
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(SquareSumsRange);

TwoSums square_sums(const float* a, const float* b, std::int64_t count) {
  return chunked_sums(count, [&](std::int64_t begin, std::int64_t end) {
    return HWY_DYNAMIC_DISPATCH(SquareSumsRange)(a, b, begin, end);
  });
}

}  // namespace lehr::cpu
#endif
