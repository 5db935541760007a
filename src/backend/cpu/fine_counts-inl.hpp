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

#include "backend/cpu/fine_counts.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;

HWY_INLINE void count_one(float value, float steps_per_unit, FineCounts& counts) {
  const float step = std::abs(value) * steps_per_unit;
  if (!(step < FineCounts::steps)) return;
  ++(value < 0 ? counts.negative : counts.positive)[static_cast<std::size_t>(step)];
}

#if HWY_TARGET <= HWY_AVX3

// A value becomes a 64-bit word with the bit of its step set, and how often each bit is set is counted by
// carry-save adders, 512 bits at a time: a fixed cost a value, whatever the values are. Increments in a table
// would wait for each other where values are alike. Source: the positional population count of Clausecker,
// Lemire and Schintke 2022.

using Word = __m512i;

/// Adds three bits in each place: to `sum` modulo two, and what carries over.
HWY_INLINE Word add_bits(Word& sum, Word a, Word b) {
  constexpr int parity = 0x96;
  constexpr int majority = 0xE8;
  const Word carry = _mm512_ternarylogic_epi64(sum, a, b, majority);
  sum = _mm512_ternarylogic_epi64(sum, a, b, parity);
  return carry;
}

/// How often each of 64 bits was set in words of eight: up to 31 rounds of 32 words.
class BitCounts {
 public:
  HWY_INLINE BitCounts() { ones_ = twos_ = fours_ = eights_ = sixteens_ = bytes_ = _mm512_setzero_si512(); }

  /// The words make(0) to make(31), called in that order.
  template <class Make>
  HWY_INLINE void round(const Make& make) {
    const Word a = sixteen(make, 0);
    const Word b = sixteen(make, 16);
    add(add_bits(sixteens_, a, b), bytes_);
  }

  HWY_INLINE void finish(std::uint32_t* counts) const {
    Word few = _mm512_setzero_si512();
    for (const Word word : {sixteens_, eights_, fours_, twos_, ones_}) {
      few = _mm512_add_epi8(few, few);
      add(word, few);
    }
    HWY_ALIGN std::uint8_t many[64];
    HWY_ALIGN std::uint8_t rest[64];
    _mm512_store_si512(many, bytes_);
    _mm512_store_si512(rest, few);
    for (int bit = 0; bit < 64; ++bit) counts[bit] += 32U * many[bit] + rest[bit];
  }

 private:
  // What so many words carry over, in the order of their making.
  template <class Make>
  HWY_INLINE Word two(const Make& make, int first) {
    const Word a = make(first);
    const Word b = make(first + 1);
    return add_bits(ones_, a, b);
  }
  template <class Make>
  HWY_INLINE Word four(const Make& make, int first) {
    const Word a = two(make, first);
    const Word b = two(make, first + 2);
    return add_bits(twos_, a, b);
  }
  template <class Make>
  HWY_INLINE Word eight(const Make& make, int first) {
    const Word a = four(make, first);
    const Word b = four(make, first + 4);
    return add_bits(fours_, a, b);
  }
  template <class Make>
  HWY_INLINE Word sixteen(const Make& make, int first) {
    const Word a = eight(make, first);
    const Word b = eight(make, first + 8);
    return add_bits(eights_, a, b);
  }

  /// Adds each of eight times 64 bits to the byte of its place.
  static HWY_INLINE void add(Word bits, Word& bytes) {
    HWY_ALIGN std::uint64_t masks[8];
    _mm512_store_si512(masks, bits);
    const Word one = _mm512_set1_epi8(1);
    for (const std::uint64_t mask : masks) {
      bytes = _mm512_mask_add_epi8(bytes, _cvtu64_mask64(mask), bytes, one);
    }
  }

  Word ones_;
  Word twos_;
  Word fours_;
  Word eights_;
  Word sixteens_;
  Word bytes_;  // how many thirty-twos, a byte a bit
};

constexpr std::int64_t values_a_round = 256;

/// Sixteen steps as numbers of bits; a shift by 64 or more leaves nothing.
HWY_INLINE Word steps_of(const float* values, __m512 steps_per_unit) {
  return _mm512_cvttps_epi32(_mm512_mul_ps(_mm512_loadu_ps(values), steps_per_unit));
}

/// The even lanes of `steps` as words, or the odd ones.
HWY_INLINE Word words_of(Word steps, bool odd) {
  const Word bits =
      odd ? _mm512_srli_epi64(steps, 32) : _mm512_and_si512(steps, _mm512_set1_epi64(0xffffffff));
  return _mm512_sllv_epi64(_mm512_set1_epi64(1), bits);
}

/// Steps of 256 values, none of which is negative.
HWY_INLINE void count_positive(const float* values, __m512 steps_per_unit, BitCounts& positive) {
  Word steps = _mm512_setzero_si512();
  positive.round([&](int half) HWY_ATTR {
    if (half % 2 == 0) steps = steps_of(values + half / 2 * 16, steps_per_unit);
    return words_of(steps, half % 2 != 0);
  });
}

/// Adds 64 to the steps of those whose sign is not asked for, which takes them out of the word.
HWY_INLINE void count_signed(const float* values, __m512 steps_per_unit, BitCounts& positive,
                             BitCounts& negative) {
  Word steps[16];
  __mmask16 below[16];
  const Word out = _mm512_set1_epi32(64);
  for (int i = 0; i < 16; ++i) {
    const __m512 scaled = _mm512_mul_ps(_mm512_loadu_ps(values + i * 16), steps_per_unit);
    below[i] = _mm512_cmp_ps_mask(_mm512_loadu_ps(values + i * 16), _mm512_setzero_ps(), _CMP_LT_OQ);
    steps[i] = _mm512_cvttps_epi32(_mm512_abs_ps(scaled));
  }
  Word chosen = _mm512_setzero_si512();
  positive.round([&](int half) HWY_ATTR {
    if (half % 2 == 0) chosen = _mm512_mask_or_epi32(steps[half / 2], below[half / 2], steps[half / 2], out);
    return words_of(chosen, half % 2 != 0);
  });
  negative.round([&](int half) HWY_ATTR {
    const auto above = static_cast<__mmask16>(~below[half / 2]);
    if (half % 2 == 0) chosen = _mm512_mask_or_epi32(steps[half / 2], above, steps[half / 2], out);
    return words_of(chosen, half % 2 != 0);
  });
}

/// Those beyond the quick steps, one by one.
HWY_INLINE void count_beyond(const CountTask& task, FineCounts& counts) {
  const float limit = static_cast<float>(FineCounts::quick) / task.steps_per_unit;
  for (std::int64_t i = 0; i < task.count; i += 16) {
    const std::int64_t left = std::min<std::int64_t>(16, task.count - i);
    const auto valid = static_cast<__mmask16>((1U << left) - 1U);
    const __m512 sizes = _mm512_abs_ps(_mm512_maskz_loadu_ps(valid, task.values + i));
    std::uint32_t found = _mm512_cmp_ps_mask(sizes, _mm512_set1_ps(limit), _CMP_GE_OQ);
    for (; found != 0; found &= found - 1) {
      count_one(task.values[i + __builtin_ctz(found)], task.steps_per_unit, counts);
    }
  }
}

/// At most 31 * 256 values.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  counts.any_negative = counts.any_negative || task.negative;
  counts.any_beyond = counts.any_beyond || task.beyond_quick;
  const __m512 steps_per_unit = _mm512_set1_ps(task.steps_per_unit);
  BitCounts positive;
  BitCounts negative;
  const auto round = [&](const float* values) HWY_ATTR {
    if (task.negative) {
      count_signed(values, steps_per_unit, positive, negative);
    } else {
      count_positive(values, steps_per_unit, positive);
    }
  };
  std::int64_t i = 0;
  for (; i + values_a_round <= task.count; i += values_a_round) round(task.values + i);
  if (i < task.count) {
    HWY_ALIGN float last[values_a_round];
    std::fill(std::copy(task.values + i, task.values + task.count, last), last + values_a_round,
              std::numeric_limits<float>::quiet_NaN());
    round(last);
  }
  positive.finish(counts.positive.data());
  if (task.negative) negative.finish(counts.negative.data());
  if (task.beyond_quick) count_beyond(task, counts);
}

#else

// Equal values one after the other would wait for each other's increment, hence several tables side by side.
HWY_INLINE void count_fine(const CountTask& task, FineCounts& counts) {
  counts.any_negative = counts.any_negative || task.negative;
  counts.any_beyond = counts.any_beyond || task.beyond_quick;
  constexpr int tables = 4;
  constexpr int half = FineCounts::steps;
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
  const int last_step = task.beyond_quick ? half : FineCounts::quick;
  for (; i < task.count; ++i) {
    if (std::abs(task.values[i]) * task.steps_per_unit < static_cast<float>(last_step)) {
      count_one(task.values[i], task.steps_per_unit, counts);
    }
  }
  for (const auto& table : found) {
    for (int step = 0; step < last_step; ++step) {
      counts.positive[static_cast<std::size_t>(step)] += table[half + step];
      counts.negative[static_cast<std::size_t>(step)] += table[half - 1 - step];
    }
  }
}

#endif

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
