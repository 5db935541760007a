// Counts values into FineCounts, once for each SIMD target; include inside a file that uses
// hwy/foreach_target.h.
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

/// The groups of steps up to a size.
HWY_INLINE int groups_to(float size, const CountTask& task) {
  const float groups = size * task.steps_per_unit / float{StepCounts::group};
  return groups < static_cast<float>(task.most_groups) ? static_cast<int>(groups) + 1 : task.most_groups;
}

#if HWY_TARGET <= HWY_AVX3

// A value becomes a 32-bit word with the bit of its step set, or none where the step is of another group, and
// how often each bit is set is counted by carry-save adders, 512 bits at a time: a fixed cost a value,
// whatever the values are. Increments in a table would wait for each other where values are alike. Source:
// the positional population count of Clausecker, Lemire and Schintke 2022.

using Word = hn::Vec<IntTag>;
using ByteTag = hn::Repartition<std::uint8_t, IntTag>;

/// Adds three bits in each place: to `sum` modulo two, and what carries over.
HWY_INLINE Word add_bits(Word& sum, Word a, Word b) {
  const Word carry = avx512::majority(sum, a, b);
  sum = avx512::parity(sum, a, b);
  return carry;
}

constexpr std::int64_t words_a_round = 16;
constexpr std::int64_t values_a_round = 16 * words_a_round;
constexpr std::int64_t most_rounds = 15;  // whose words eight levels can count

/// How often each of 32 bits was set in words of sixteen. The counts are bits of several words.
class BitCounts {
 public:
  HWY_INLINE BitCounts() {
    for (Word& level : levels_) level = hn::Zero(IntTag());
  }

  /// Two of a round's words, the `pair`-th of eight.
  HWY_INLINE void add_pair(Word a, Word b, int pair) {
    // A carry waits for a second one of its size.
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
  /// The counts of levels first to end - 1 by place, in the first one's units; each level adds up to eight of
  /// its own.
  HWY_INLINE avx512::Bytes sum_levels(int first, int end) const {
    avx512::Bytes bytes = hn::Zero(ByteTag());
    for (int level = end - 1; level >= first; --level) {
      bytes = hn::Add(bytes, bytes);
      add(levels_[level], bytes);
    }
    return bytes;
  }

  /// Adds each of eight times 64 bits to the byte of its place.
  static HWY_INLINE void add(Word bits, avx512::Bytes& bytes) {
    const hn::Repartition<std::uint64_t, IntTag> d64;
    HWY_ALIGN std::uint64_t masks[8];
    hn::Store(hn::BitCast(d64, bits), d64, masks);
    asm("" : "+m"(masks));  // masks come from memory faster than out of a vector's lanes
    const avx512::Bytes one = hn::Set(ByteTag(), 1);
    for (const std::uint64_t mask : masks) bytes = avx512::masked_add(bytes, mask, one);
  }

  Word levels_[8];  // ones, twos, fours, ...
  Word waiting_[3]{};
};

/// What of a block is counted in one go.
struct GroupsTask {
  const float* values;
  FloatVec steps_per_unit;  // below zero for the sizes of negative values
  FloatVec first;           // the first group's first step
};

/// Steps beyond the groups that are counted, with a vector's room behind the last.
struct Beyond {
  HWY_ALIGN std::int32_t steps[most_rounds * values_a_round + 16];
  std::size_t count = 0;

  HWY_INLINE void add(avx512::IntegerMask which, Word of) {
    count += avx512::compress_store(of, which, steps + count);
  }
};

/// So many groups in 256 values. With `both_signs` those of the other sign are left out, else there are none.
/// Steps beyond the groups are written down one by one if there is room for them.
template <int groups, bool both_signs>
HWY_INLINE void count_round(const GroupsTask& task, BitCounts* counts, Beyond* beyond) {
  const FloatTag d;
  const IntTag di;
  const Word one = hn::Set(di, 1);
  const Word group = hn::Set(di, StepCounts::group);
  const bool negative = hn::GetLane(task.steps_per_unit) < 0;
  const auto bit_of = [&](hn::Mask<FloatTag> wanted, Word step) HWY_ATTR {
    // Nothing is left of a shift by 32 or more; steps below zero count as such.
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
    if (beyond != nullptr) {  // the other sign's steps lie below zero
      const auto of_a = hn::Gt(a, last);
      const auto of_b = hn::Gt(b, last);
      // Stores that overlap one another are slow: none where there is nothing.
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

/// The first groups, and one by one what lies beyond.
template <int groups, bool both_signs>
void count_most(const CountTask& task, float steps_per_unit, StepCounts& to) {
  Beyond beyond;
  count_groups<groups, both_signs>(task, steps_per_unit, 0, to, &beyond);
  for (std::size_t i = 0; i < beyond.count; ++i) {
    if (beyond.steps[i] < to.end()) ++to.counts[static_cast<std::size_t>(beyond.steps[i])];
  }
}

/// Of the values whose sign is that of steps_per_unit; the largest of them lies in the last group.
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

/// At most most_rounds * values_a_round values.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  const int positive = groups_to(task.most, task);
  if (task.least >= 0) return count_sign<false>(task, task.steps_per_unit, positive, counts.positive);
  count_sign<true>(task, -task.steps_per_unit, groups_to(-task.least, task), counts.negative);
  if (task.most >= 0) count_sign<true>(task, task.steps_per_unit, positive, counts.positive);
}

#else

// Equal values one after the other would wait for each other's increment, hence several tables side by side.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  constexpr int tables = 4;
  constexpr int half = StepCounts::steps;
  std::uint16_t found[tables][2 * half + 1] = {};  // the last one of each is for what is not counted
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
    const auto bin = hn::Add(hn::Xor(step, below), hn::Set(di, half));  // half - 1 - step below zero
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
