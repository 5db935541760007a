// Counts values into FineCounts, compiled once per SIMD target. Include this inside a file that
// uses hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_FINE_COUNTS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_FINE_COUNTS_INL_HPP_
#undef LEHR_BACKEND_CPU_FINE_COUNTS_INL_HPP_
#else
#define LEHR_BACKEND_CPU_FINE_COUNTS_INL_HPP_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/cpu/avx512-inl.hpp"
#include "backend/cpu/fine_counts.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;

/// The number of step groups up to this magnitude.
HWY_INLINE int groups_to(float size, const CountTask& task) {
  const float groups = size * task.steps_per_unit / float{StepCounts::group};
  return groups < static_cast<float>(task.max_groups) ? static_cast<int>(groups) + 1 : task.max_groups;
}

#if HWY_TARGET <= HWY_AVX3

// Each value becomes a 32-bit word in which the bit of its step is set, or no bit if the step is in
// another group. Carry-save adders count how often each bit is set, 512 bits at a time. The cost
// per value is fixed, for any values. In contrast, increments in a table would wait for each other
// if values are alike. Source: the positional population count of Clausecker, Lemire and Schintke
// 2022.

using Word = hn::Vec<IntTag>;
using ByteTag = hn::Repartition<std::uint8_t, IntTag>;

/// Adds three bits in each position. `sum` becomes the sum modulo two, and the carry is returned.
HWY_INLINE Word add_bits(Word& sum, Word a, Word b) {
  const Word carry = avx512::majority(sum, a, b);
  sum = avx512::parity(sum, a, b);
  return carry;
}

constexpr std::int64_t words_a_round = 16;
constexpr std::int64_t values_a_round = 16 * words_a_round;
constexpr std::int64_t max_rounds = 15;  // the largest number of rounds that eight levels can count

/// How often each of 32 bits was set, in words of sixteen values. The bits of a count are spread
/// over several words.
class BitCounts {
 public:
  HWY_INLINE BitCounts() {
    for (Word& level : levels_) level = hn::Zero(IntTag());
  }

  /// Adds two of a round's words, pair `pair` of eight.
  HWY_INLINE void add_pair(Word a, Word b, int pair) {
    // A carry is stored until there is a second one of its weight.
    Word carry = add_bits(levels_[0], a, b);
    if (pair % 2 == 0) return void(waiting_[0] = carry);
    carry = add_bits(levels_[1], waiting_[0], carry);
    if (pair % 4 == 1) return void(waiting_[1] = carry);
    carry = add_bits(levels_[2], waiting_[1], carry);
    if (pair % 8 == 3) return void(waiting_[2] = carry);
    carry = add_bits(levels_[3], waiting_[2], carry);
    for (int level = 4; level < 8; ++level) {
      const Word sum = hn::Xor(levels_[level], carry);
      carry = hn::And(levels_[level], carry);
      levels_[level] = sum;
    }
  }

  HWY_INLINE void finish(std::uint32_t* counts) const {
    HWY_ALIGN std::uint8_t few[64];
    HWY_ALIGN std::uint8_t many[64];  // thirty-twos
    hn::Store(sum_levels(0, 5), ByteTag(), few);
    hn::Store(sum_levels(5, 8), ByteTag(), many);
    for (int bit = 0; bit < 32; ++bit) {
      counts[bit] += few[bit] + few[bit + 32] + 32U * (many[bit] + std::uint32_t{many[bit + 32]});
    }
  }

 private:
  /// The counts of levels first to end - 1 by position, in units of the first level. Each level
  /// adds up to eight of its units.
  HWY_INLINE avx512::Bytes sum_levels(int first, int end) const {
    avx512::Bytes bytes = hn::Zero(ByteTag());
    for (int level = end - 1; level >= first; --level) {
      bytes = hn::Add(bytes, bytes);
      add(levels_[level], bytes);
    }
    return bytes;
  }

  /// Adds each bit of eight 64-bit masks to the byte of its position.
  static HWY_INLINE void add(Word bits, avx512::Bytes& bytes) {
    const hn::Repartition<std::uint64_t, IntTag> d64;
    HWY_ALIGN std::uint64_t masks[8];
    hn::Store(hn::BitCast(d64, bits), d64, masks);
    asm("" : "+m"(masks));  // loading masks from memory is faster than extracting them from a vector
    const avx512::Bytes one = hn::Set(ByteTag(), 1);
    for (const std::uint64_t mask : masks) bytes = avx512::masked_add(bytes, mask, one);
  }

  Word levels_[8];  // ones, twos, fours, ...
  Word waiting_[3]{};
};

/// The groups to count in one pass.
struct GroupsTask {
  const float* values;
  FloatVec steps_per_unit;  // negative to count the magnitudes of negative values
  FloatVec first;           // the first step of the first group
};

/// Steps beyond the counted groups, with room for one more vector at the end.
struct Beyond {
  HWY_ALIGN std::int32_t steps[max_rounds * values_a_round + 16];
  std::size_t count = 0;

  HWY_INLINE void add(avx512::IntegerMask which, Word of) {
    count += avx512::compress_store(of, which, steps + count);
  }
};

/// Counts this many groups in 256 values. With `both_signs`, values of the other sign are ignored;
/// without it, there are none. Steps beyond the groups are appended to `beyond`, unless it is null.
template <int groups, bool both_signs>
HWY_INLINE void count_round(const GroupsTask& task, BitCounts* counts, Beyond* beyond) {
  const FloatTag d;
  const IntTag di;
  const Word one = hn::Set(di, 1);
  const Word group = hn::Set(di, StepCounts::group);
  const bool negative = hn::GetLane(task.steps_per_unit) < 0;
  const auto bit_of = [&](hn::Mask<FloatTag> wanted, Word step) HWY_ATTR {
    // Shifts by 32 or more give 0. So do negative steps, as unsigned shifts.
    return both_signs ? avx512::masked_shift_left(wanted, one, step) : avx512::shift_left(one, step);
  };
  const auto wanted_of = [&](FloatVec x) HWY_ATTR {
    if constexpr (!both_signs) return hn::Mask<FloatTag>{};
    return negative ? hn::Lt(x, hn::Zero(d)) : hn::Ge(x, hn::Zero(d));
  };
  const auto step_of = [&](FloatVec x) HWY_ATTR {
    return avx512::floor_to_integers(hn::MulSub(x, task.steps_per_unit, task.first));
  };
  const Word last = hn::Set(di, groups * StepCounts::group - 1);
  HWY_UNROLL(8)
  for (int pair = 0; pair < 8; ++pair) {
    const FloatVec x = hn::LoadU(d, task.values + pair * 32);
    const FloatVec y = hn::LoadU(d, task.values + pair * 32 + 16);
    const auto of_x = wanted_of(x);
    const auto of_y = wanted_of(y);
    Word a = step_of(x);
    Word b = step_of(y);
    if (beyond != nullptr) {  // steps of the other sign are negative
      const auto of_a = hn::Gt(a, last);
      const auto of_b = hn::Gt(b, last);
      // Overlapping stores are slow, so vectors without such steps are not stored.
      if (HWY_UNLIKELY(avx512::any(of_a, of_b))) {
        beyond->add(of_a, a);
        beyond->add(of_b, b);
      }
    }
    HWY_UNROLL(2)
    for (int g = 0; g < groups; ++g) {
      counts[g].add_pair(bit_of(of_x, a), bit_of(of_y, b), pair);
      a = hn::Sub(a, group);
      b = hn::Sub(b, group);
    }
  }
}

template <int groups, bool both_signs>
HWY_INLINE void count_groups(const CountTask& task, float steps_per_unit, int first, StepCounts& to,
                             Beyond* beyond) {
  const FloatTag d;
  GroupsTask round{task.values, hn::Set(d, steps_per_unit),
                   hn::Set(d, static_cast<float>(first * StepCounts::group))};
  BitCounts counts[groups];
  std::int64_t i = 0;
  for (; i + values_a_round <= task.count; i += values_a_round) {
    round.values = task.values + i;
    count_round<groups, both_signs>(round, counts, beyond);
  }
  if (i < task.count) {
    HWY_ALIGN float last[values_a_round];
    std::fill(std::copy(task.values + i, task.values + task.count, last), last + values_a_round,
              std::numeric_limits<float>::quiet_NaN());
    round.values = last;
    count_round<groups, both_signs>(round, counts, beyond);
  }
  for (int g = 0; g < groups; ++g) counts[g].finish(to.counts.data() + (first + g) * StepCounts::group);
}

/// Counts the first groups fast, and the values beyond them one by one.
template <int groups, bool both_signs>
void count_most(const CountTask& task, float steps_per_unit, StepCounts& to) {
  Beyond beyond;
  count_groups<groups, both_signs>(task, steps_per_unit, 0, to, &beyond);
  for (std::size_t i = 0; i < beyond.count; ++i) {
    if (beyond.steps[i] < to.end()) ++to.counts[static_cast<std::size_t>(beyond.steps[i])];
  }
}

/// Counts the values with the sign of steps_per_unit. The largest magnitude is in the last group.
template <bool both_signs>
void count_sign(const CountTask& task, float steps_per_unit, int groups, StepCounts& to) {
  to.groups = std::max(to.groups, groups);
  if (groups > 1 && task.full_groups == 1) return count_most<1, both_signs>(task, steps_per_unit, to);
  if (groups > 2 && task.full_groups == 2) return count_most<2, both_signs>(task, steps_per_unit, to);
  int first = 0;
  for (; first + 2 <= groups; first += 2) {
    count_groups<2, both_signs>(task, steps_per_unit, first, to, nullptr);
  }
  if (first < groups) count_groups<1, both_signs>(task, steps_per_unit, first, to, nullptr);
}

/// For at most max_rounds * values_a_round values.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  const int positive = groups_to(task.most, task);
  if (task.least >= 0) return count_sign<false>(task, task.steps_per_unit, positive, counts.positive);
  count_sign<true>(task, -task.steps_per_unit, groups_to(-task.least, task), counts.negative);
  if (task.most >= 0) count_sign<true>(task, task.steps_per_unit, positive, counts.positive);
}

#else

// Consecutive equal values would wait for each other's increment, so several tables are used in
// turn.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  constexpr int tables = 4;
  constexpr int half = StepCounts::steps;
  // The last entry of each table counts values that are ignored.
  std::uint16_t found[tables][2 * half + 1] = {};
  const FloatTag d;
  const IntTag di;
  const std::int64_t lanes = float_lanes();
  const FloatVec scale = hn::Set(d, task.steps_per_unit);
  const FloatVec end = hn::Set(d, static_cast<float>(half));
  std::int64_t i = 0;
  for (; i + lanes <= task.count; i += lanes) {
    const FloatVec x = hn::LoadU(d, task.values + i);
    const FloatVec size = hn::Mul(hn::Abs(x), scale);
    const auto inside = hn::RebindMask(di, hn::Lt(size, end));
    const auto step = hn::ConvertTo(di, hn::Min(size, end));
    const auto below = hn::VecFromMask(di, hn::RebindMask(di, hn::Lt(x, hn::Zero(d))));
    // Half - 1 - step for negative values.
    const auto bin = hn::Add(hn::Xor(step, below), hn::Set(di, half));
    HWY_ALIGN std::int32_t bins[hn::MaxLanes(FloatTag())];
    hn::Store(hn::IfThenElse(inside, bin, hn::Set(di, 2 * half)), di, bins);
    for (std::int64_t lane = 0; lane < lanes; ++lane) ++found[lane % tables][bins[lane]];
  }
  for (; i < task.count; ++i) {
    const float value = task.values[i];
    const float size = std::abs(value) * task.steps_per_unit;
    if (!(size < static_cast<float>(half))) continue;
    const int step = static_cast<int>(size);
    ++found[0][value < 0 ? half - 1 - step : half + step];
  }
  const auto take = [&](StepCounts& to, int groups, auto bin_of) {
    to.groups = std::max(to.groups, groups);
    for (int step = 0; step < groups * StepCounts::group; ++step) {
      for (const auto& table : found) to.counts[static_cast<std::size_t>(step)] += table[bin_of(step)];
    }
  };
  if (task.most >= 0) take(counts.positive, groups_to(task.most, task), [](int step) { return half + step; });
  if (task.least < 0)
    take(counts.negative, groups_to(-task.least, task), [](int step) { return half - 1 - step; });
}

#endif

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
