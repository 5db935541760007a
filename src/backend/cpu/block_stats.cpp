#include "backend/cpu/block_stats.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/block_stats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/fine_counts-inl.hpp"
#include "backend/cpu/true_counts-inl.hpp"
#include "backend/cpu/vectors-inl.hpp"

#ifndef LEHR_BACKEND_CPU_BLOCK_STATS_CPP_
#define LEHR_BACKEND_CPU_BLOCK_STATS_CPP_
namespace lehr::cpu {

/// The upper end of the magnitude histogram. It belongs to the last bin.
constexpr float top = static_cast<float>(MagnitudeHistogram::bins * MagnitudeHistogram::width);

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// Sums over whole vectors, relative to a pivot. Without a pivot, a mean far from zero would make
/// the deviations inexact.
struct VectorSums {
  double pivot;
  double sum;
  double squares;
  float min;
  float max;
  std::int64_t near_zero;
  std::int64_t near_zero_abs;
  std::int64_t zero;
};

/// The sums of some lanes. Several of them alternate, so that no addition waits for the previous
/// one.
struct LaneSums {
  FloatVec sum = hn::Zero(FloatTag());
  FloatVec squares = hn::Zero(FloatTag());
  FloatVec least;
  FloatVec most;
  FloatVec signs = hn::Zero(FloatTag());  // bitwise or of all values; cheaper than their minimum
  LaneTrueCounts below;
  LaneTrueCounts around;
  LaneTrueCounts zeros;

  explicit HWY_INLINE LaneSums(FloatVec first) : least(first), most(first) {}
  template <bool cut_off>
  HWY_INLINE void add(FloatVec x, FloatVec pivot, FloatVec near) {
    below.add(hn::Le(x, near));
    if constexpr (!cut_off) around.add(hn::Le(hn::Abs(x), near));
    zeros.add(hn::Eq(x, hn::Zero(FloatTag())));
    const FloatVec difference = cut_off ? x : hn::Sub(x, pivot);
    sum = hn::Add(sum, difference);
    squares = hn::MulAdd(difference, difference, squares);
    most = hn::Max(most, x);
    if constexpr (cut_off) {
      signs = hn::Or(signs, x);
    } else {
      least = hn::Min(least, x);
    }
  }
  HWY_INLINE void add(const LaneSums& other) {
    sum = hn::Add(sum, other.sum);
    squares = hn::Add(squares, other.squares);
    least = hn::Min(least, other.least);
    most = hn::Max(most, other.most);
    signs = hn::Or(signs, other.signs);
    below.add(other.below);
    around.add(other.around);
    zeros.add(other.zeros);
  }
  HWY_INLINE bool any_sign() const {
    return !hn::AllFalse(IntTag(), hn::Lt(hn::BitCast(IntTag(), signs), hn::Zero(IntTag())));
  }
};

/// With `cut_off`, returns false if the minimum is not zero; the sums are then incomplete. The
/// pivot is zero in this case. If many values are zero, the mean is never far from it.
template <bool cut_off>
HWY_INLINE bool sum_vectors(const BlockTask& task, std::int64_t whole, VectorSums& result) {
  const FloatTag d;
  const std::int64_t lanes = float_lanes();
  const FloatVec pivot = hn::Set(d, task.values[0]);
  const FloatVec near = hn::Set(d, task.near_zero);
  LaneSums even(pivot);
  LaneSums odd(pivot);
  const auto at = [&](std::int64_t i) HWY_ATTR { return hn::LoadU(d, task.values + i); };
  std::int64_t i = 0;
  for (; i + 2 * lanes <= whole; i += 2 * lanes) {
    even.template add<cut_off>(at(i), pivot, near);
    odd.template add<cut_off>(at(i + lanes), pivot, near);
  }
  if (i < whole) even.template add<cut_off>(at(i), pivot, near);
  even.add(odd);
  const std::int64_t zeros = even.zeros.sum();
  const std::int64_t below = even.below.sum();
  if (cut_off && (zeros == 0 || even.any_sign())) return false;
  result = {cut_off ? 0.0 : static_cast<double>(task.values[0]),
            sum_of_lanes(even.sum),
            sum_of_lanes(even.squares),
            cut_off ? 0 : hn::GetLane(hn::MinOfLanes(d, even.least)),
            hn::GetLane(hn::MaxOfLanes(d, even.most)),
            below,
            cut_off ? below : even.around.sum(),
            zeros};
  return true;
}

/// For at most stats_block values.
Moments MeasureBlock(const BlockTask& task) {
  const std::int64_t whole = task.count / float_lanes() * float_lanes();
  Moments moments;
  VectorSums sums;
  if (!task.cut_off || !sum_vectors<true>(task, whole, sums)) sum_vectors<false>(task, whole, sums);
  const bool finite = whole > 0 && std::isfinite(sums.sum) && std::isfinite(sums.squares);
  // Squares of differences below 1e-19 underflow or lose digits.
  constexpr double smallest_squares = 1e-28;
  const bool fits = finite && (sums.squares > smallest_squares || sums.min == sums.max);
  if (fits) {
    const auto n = static_cast<double>(whole);
    moments.count = n;
    moments.mean = sums.pivot + sums.sum / n;
    moments.squares = std::max(0.0, sums.squares - sums.sum * sums.sum / n);
    moments.min = sums.min;
    moments.max = sums.max;
    moments.near_zero = sums.near_zero;
    moments.near_zero_abs = sums.near_zero_abs;
    moments.zero = sums.zero;
  }
  for (std::int64_t i = fits ? whole : 0; i < task.count; ++i) moments.add(task.values[i], task.near_zero);
  return moments;
}

/// Counts values of exactly this magnitude. They are rare, so the function first checks whether
/// there are any.
HWY_INLINE std::uint64_t count_equal(const float* values, std::int64_t count, float size) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> bits;
  const auto wanted = hn::BitCast(bits, hn::Set(d, size));
  const auto difference = [&](std::int64_t i) HWY_ATTR {
    return hn::Xor(hn::BitCast(bits, hn::Abs(hn::LoadU(d, values + i))), wanted);
  };
  const std::int64_t lanes = float_lanes();
  auto even = wanted;  // the difference is zero for no size except 0
  auto odd = wanted;
  std::int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    even = hn::Min(even, difference(i));
    odd = hn::Min(odd, difference(i + lanes));
  }
  const bool met = !hn::AllFalse(bits, hn::Eq(hn::Min(even, odd), hn::Zero(bits)));
  std::uint64_t found = 0;
  for (i = met ? 0 : i; i < count; ++i) found += std::abs(values[i]) == size ? 1 : 0;
  return found;
}

/// Counts a block with known minimum and maximum.
void CountBlock(const BlockTask& task, float least, float most, const CountPlan& plan, BlockCounts& counts) {
  count_fine({task.values, task.count, least, most, plan.steps_per_unit, plan.max_groups, plan.full_groups},
             counts.fine);
  const float largest = std::max(std::abs(least), std::abs(most));
  if (plan.at_top && largest >= top) counts.at_top += count_equal(task.values, task.count, top);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(MeasureBlock);
HWY_EXPORT(CountBlock);

Moments measure_block(const BlockTask& task) { return HWY_DYNAMIC_DISPATCH(MeasureBlock)(task); }

void count_block(const BlockTask& task, const Moments& known, const CountPlan& plan, BlockCounts& counts) {
  HWY_DYNAMIC_DISPATCH(CountBlock)(task, known.min, known.max, plan, counts);
}

}  // namespace lehr::cpu
#endif
