#include "backend/cpu/square_sums.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/square_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

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

namespace {

/// False if squares may have been too large or too small for a float.
bool fits_floats(double sum) {
  constexpr double smallest = 1e-24;
  return sum > smallest && std::isfinite(sum);
}

TwoSums sums_in_double(const float* a, const float* b, std::int64_t begin, std::int64_t end) {
  TwoSums sums{};
  for (std::int64_t i = begin; i < end; ++i) {
    sums[0] += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    sums[1] += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return sums;
}

}  // namespace

TwoSums square_sums(const float* a, const float* b, std::int64_t count) {
  const TwoSums fast = chunked_sums(count, [&](std::int64_t begin, std::int64_t end) {
    return HWY_DYNAMIC_DISPATCH(SquareSumsRange)(a, b, begin, end);
  });
  if (fits_floats(fast[0]) && fits_floats(fast[1])) return fast;
  return chunked_sums(count,
                      [&](std::int64_t begin, std::int64_t end) { return sums_in_double(a, b, begin, end); });
}

}  // namespace lehr::cpu
#endif
