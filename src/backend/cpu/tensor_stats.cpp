#include "backend/cpu/tensor_stats.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/tensor_stats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <vector>

#include "backend/cpu/fine_counts-inl.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "backend/stats_parts.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/parallel.hpp"

#ifndef LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
#define LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
namespace lehr::cpu {

/// Elements that stay in the first cache between moments and histogram, few enough for sums in single
/// precision.
constexpr std::int64_t stats_block = 15 * 256;

/// The end of the magnitude histogram, which belongs to its last bin.
constexpr float top = static_cast<float>(MagnitudeHistogram::bins * MagnitudeHistogram::width);

/// What the histograms of a tensor are made from.
struct alignas(128) BlockCounts {
  std::uint64_t at_top = 0;  ///< sizes of exactly `top`
  FineCounts fine;

  void add(const BlockCounts& other) {
    at_top += other.at_top;
    fine.add(other.fine);
  }
  void clear() {
    at_top = 0;
    fine.clear();
  }
};

/// A block and what its measuring needs to know.
struct BlockTask {
  const float* values;
  std::int64_t count;
  float near_zero;
  bool cut_off;  ///< a guess that spares work: the least values are zeros, as behind a relu
};

/// What is counted.
struct CountPlan {
  float steps_per_unit;  ///< a power of two
  int most_groups;
  int full_groups;
  bool at_top;
};

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// How often a condition was true, a lane each.
class TrueCounts {
 public:
#if HWY_TARGET <= HWY_AVX3
  HWY_INLINE TrueCounts() : lanes_(_mm512_setzero_si512()) {}
  HWY_INLINE void add(hn::Mask<FloatTag> mask) {
    lanes_ = _mm512_mask_add_epi32(lanes_, mask.raw, lanes_, _mm512_set1_epi32(1));
  }
  HWY_INLINE void add(const TrueCounts& other) { lanes_ = _mm512_add_epi32(lanes_, other.lanes_); }
  HWY_INLINE std::int64_t sum() const { return _mm512_reduce_add_epi32(lanes_); }

 private:
  __m512i lanes_;
#else
  HWY_INLINE void add(hn::Mask<FloatTag> mask) {
    sum_ += static_cast<std::int64_t>(hn::CountTrue(FloatTag(), mask));
  }
  HWY_INLINE void add(const TrueCounts& other) { sum_ += other.sum_; }
  HWY_INLINE std::int64_t sum() const { return sum_; }

 private:
  std::int64_t sum_ = 0;
#endif
};

/// Sums over whole vectors. Deviations are taken from a pivot, so that a mean far from zero does not drown
/// them.
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

/// Some lanes' share of them. Several take turns, so that none waits for its own last addition.
struct LaneSums {
  FloatVec sum = hn::Zero(FloatTag());
  FloatVec squares = hn::Zero(FloatTag());
  FloatVec least;
  FloatVec most;
  FloatVec signs = hn::Zero(FloatTag());  // of all values, ored: less work than the least of them
  TrueCounts below;
  TrueCounts around;
  TrueCounts zeros;

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

/// With `cut_off`, false where the least value is no zero: the sums are not all right then. Zero is the pivot
/// there, which is never far from a mean that zeros take part in.
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

/// At most stats_block values.
Moments MeasureBlock(const BlockTask& task) {
  const std::int64_t whole = task.count / float_lanes() * float_lanes();
  Moments moments;
  VectorSums sums;
  if (!task.cut_off || !sum_vectors<true>(task, whole, sums)) sum_vectors<false>(task, whole, sums);
  const bool finite = whole > 0 && std::isfinite(sums.sum) && std::isfinite(sums.squares);
  if (finite) {
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
  for (std::int64_t i = finite ? whole : 0; i < task.count; ++i) moments.add(task.values[i], task.near_zero);
  return moments;
}

/// Of this size, which is seldom met: looked for first.
HWY_INLINE std::uint64_t count_equal(const float* values, std::int64_t count, float size) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> bits;
  const auto wanted = hn::BitCast(bits, hn::Set(d, size));
  const auto difference = [&](std::int64_t i) HWY_ATTR {
    return hn::Xor(hn::BitCast(bits, hn::Abs(hn::LoadU(d, values + i))), wanted);
  };
  const std::int64_t lanes = float_lanes();
  auto even = wanted;  // of a size that is not 0, no difference
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

/// Of a block whose least and largest value are known.
void CountBlock(const BlockTask& task, float least, float most, const CountPlan& plan, BlockCounts& counts) {
  count_fine({task.values, task.count, least, most, plan.steps_per_unit, plan.most_groups, plan.full_groups},
             counts.fine);
  const float largest = std::max(std::abs(least), std::abs(most));
  if (plan.at_top && largest >= top) counts.at_top += count_equal(task.values, task.count, top);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(MeasureBlock);
HWY_EXPORT(CountBlock);

/// The width of a magnitude bin as a power of two.
constexpr int magnitude_exponent = -2;
static_assert(MagnitudeHistogram::width == 0.25);

/// Groups of steps that hold all bins of one sign of either histogram, and all groups: a tensor whose largest
/// values lie up to two octaves higher than expected needs no second round of counting.
constexpr int half = SignedHistogram::bins / 2;
constexpr int usual_groups = half / StepCounts::group;
constexpr int all_groups = StepCounts::steps / StepCounts::group;
constexpr int octaves_beyond = 2;
static_assert(MagnitudeHistogram::bins <= half && all_groups == usual_groups << octaves_beyond);

/// Values at and above a step.
std::int64_t count_from(const FineCounts& fine, int first) {
  std::int64_t found = 0;
  for (const StepCounts* sign : {&fine.positive, &fine.negative}) {
    for (int step = first; step < sign->end(); ++step) found += (*sign)[step];
  }
  return found;
}

/// Blocks are cut by the tensor's size alone and joined in order, so that neither threads nor what a kernel
/// tells change a bit.
class Probe final : public TensorProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void begin(const float* values, std::int64_t count) override {
    values_ = values;
    count_ = count;
    const std::int64_t blocks = (count + stats_block - 1) / stats_block;
    if (std::ssize(blocks_) != blocks) {
      blocks_.resize(static_cast<std::size_t>(blocks));
      missing_ = std::vector<std::atomic<std::int32_t>>(static_cast<std::size_t>(blocks));
    }
    for (std::int64_t i = 0; i < blocks; ++i) missing(i) = static_cast<std::int32_t>(task_of(i).count);
    begin_round(plan_for(exponent_, all_groups));
  }

  void written(std::int64_t first, std::int64_t count, int thread) override {
    const Stopwatch watch;
    ThreadPart& part = part_of(thread);
    const std::int64_t end = first + count;
    for (std::int64_t block = first / stats_block; block * stats_block < end; ++block) {
      const std::int64_t from = std::max(first, block * stats_block);
      const std::int64_t to = std::min(end, (block + 1) * stats_block);
      const auto come = static_cast<std::int32_t>(to - from);
      if (missing(block).fetch_sub(come, std::memory_order_acq_rel) == come) measure_block(block, part);
    }
    part.seconds += watch.seconds();
  }

  void end(TensorStats& result) override {
    if (count_ == 0) {
      result = {};
      return;
    }
    if (std::ranges::any_of(missing_, [](const auto& left) { return left > 0; })) {
      each_block([this](std::int64_t block, ThreadPart& part) {
        if (missing(block) > 0) measure_block(block, part);
      });
    }
    Moments all;
    for (const Moments& block : blocks_) all.add(block);
    all.write(result);
    cut_off_ = blocks_.front().min == 0;
    if (spec_.histograms) write_histograms(result);
  }

  double seconds() const override {
    double longest = 0;
    for (const ThreadPart& part : parts_) {
      if (part.round == round_) longest = std::max(longest, part.seconds);
    }
    return longest;
  }

 private:
  /// What one thread has counted.
  struct ThreadPart {
    BlockCounts counts;
    double seconds = 0;
    std::uint64_t round = 0;  // in which it was
  };

  std::atomic<std::int32_t>& missing(std::int64_t block) { return missing_[static_cast<std::size_t>(block)]; }
  Moments& moments(std::int64_t block) { return blocks_[static_cast<std::size_t>(block)]; }

  BlockTask task_of(std::int64_t block) const {
    const std::int64_t first = block * stats_block;
    return {values_ + first, std::min(stats_block, count_ - first), spec_.near_zero, cut_off_};
  }

  CountPlan plan_for(int exponent, int most_groups) const {
    return {std::ldexp(1.0F, -exponent), most_groups, full_groups_, exponent <= magnitude_exponent};
  }

  void begin_round(const CountPlan& plan) {
    plan_ = plan;
    ++round_;
    if (std::ssize(parts_) < threads()) parts_.resize(static_cast<std::size_t>(threads()));
  }

  /// Cleared by the thread that counts in it.
  ThreadPart& part_of(int thread) {
    ThreadPart& part = parts_[static_cast<std::size_t>(thread)];
    if (part.round != round_) {
      part.round = round_;
      part.seconds = 0;
      part.counts.clear();
    }
    return part;
  }

  void measure_block(std::int64_t block, ThreadPart& part) {
    moments(block) = HWY_DYNAMIC_DISPATCH(MeasureBlock)(task_of(block));
    if (spec_.histograms) count_block(block, part);
  }

  void count_block(std::int64_t block, ThreadPart& part) {
    const Moments& known = moments(block);
    HWY_DYNAMIC_DISPATCH(CountBlock)(task_of(block), known.min, known.max, plan_, part.counts);
  }

  /// Calls body(block, part of the thread).
  template <class Body>
  void each_block(const Body& body) {
    constexpr std::int64_t grain = 8;  // blocks below which a second thread costs more than it saves
    parallel_for(std::ssize(blocks_), grain, [&](std::int64_t first, std::int64_t last, int thread) {
      for (std::int64_t block = first; block < last; ++block) body(block, part_of(thread));
    });
  }

  /// Of all threads.
  const BlockCounts& join_counts() {
    BlockCounts& all = part_of(0).counts;
    for (std::size_t i = 1; i < parts_.size(); ++i) {
      if (parts_[i].round == round_) all.add(parts_[i].counts);
    }
    return all;
  }

  /// The counts alone, with another exponent.
  const BlockCounts& count_again(const CountPlan& plan) {
    begin_round(plan);
    each_block([this](std::int64_t block, ThreadPart& part) { count_block(block, part); });
    return join_counts();
  }

  void write_histograms(TensorStats& result) {
    const int exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    const BlockCounts* counts = &join_counts();
    if (exponent < exponent_ || exponent > exponent_ + octaves_beyond) {
      exponent_ = exponent;
      counts = &count_again(plan_for(exponent_, all_groups));
    }
    write_signed(counts->fine, exponent, result.values);
    const int next = next_exponent(exponent);
    full_groups_ = next_full_groups(counts->fine);
    if (exponent_ > magnitude_exponent) {
      exponent_ = magnitude_exponent;
      counts = &count_again(plan_for(exponent_, usual_groups));
    }
    write_magnitudes(*counts, result);
    exponent_ = next;
  }

  /// Each bin joins the steps within it.
  void write_signed(const FineCounts& fine, int exponent, SignedHistogram& to) const {
    const int joined = exponent - exponent_;
    to = {};
    to.exponent = exponent;
    for (int step = 0; step < fine.positive.end(); ++step) {
      to.counts[static_cast<std::size_t>(half + (step >> joined))] += fine.positive[step];
    }
    for (int step = 0; step < fine.negative.end(); ++step) {
      to.counts[static_cast<std::size_t>(half - 1 - (step >> joined))] += fine.negative[step];
    }
  }

  void write_magnitudes(const BlockCounts& counts, TensorStats& stats) const {
    MagnitudeHistogram& to = stats.magnitudes;
    const int joined = std::min(magnitude_exponent - exponent_, 31);
    std::uint64_t within = 0;
    to = {};
    for (const StepCounts* sign : {&counts.fine.positive, &counts.fine.negative}) {
      for (int step = 0; step < sign->end(); ++step) {
        const auto bin = static_cast<std::size_t>(step >> joined);
        if (bin >= to.counts.size()) break;
        to.counts[bin] += (*sign)[step];
        within += (*sign)[step];
      }
    }
    to.counts.back() += counts.at_top;
    to.beyond = static_cast<std::uint64_t>(stats.count) - within - counts.at_top;
  }

  /// With which to count the next tensor, if it is like this one, whose fitting exponent this is. Steps as
  /// wide as the magnitudes' bins serve both histograms. One that proves too high costs a second round, one
  /// that is too low a little: it rises only for what stays.
  int next_exponent(int exponent) {
    constexpr int often = 16;
    const bool serves_both = exponent <= magnitude_exponent + octaves_beyond;
    const int wanted = serves_both ? std::min(exponent, magnitude_exponent) : exponent;
    higher_ = wanted > exponent_ ? higher_ + 1 : 0;
    if (wanted > exponent_ && higher_ < often) return exponent_;
    higher_ = 0;
    return wanted;
  }

  /// Likewise, how many groups to count at full speed: the fewest with few values beyond. Those that lie in
  /// the second one share few steps, so that increments wait for each other.
  int next_full_groups(const FineCounts& fine) const {
    constexpr std::int64_t few = 400;
    constexpr std::int64_t some = 24;
    if (count_from(fine, StepCounts::group) * few <= count_) return 1;
    return count_from(fine, usual_groups * StepCounts::group) * some <= count_ ? usual_groups : all_groups;
  }

  StatsSpec spec_;
  bool cut_off_ = true;  // a guess
  int exponent_ = -6;    // of the steps: a guess for the next tensor, from the last ones
  int full_groups_ = usual_groups;
  int higher_ = 0;  // tensors in a row that a higher one would have suited
  const float* values_ = nullptr;
  std::int64_t count_ = 0;
  CountPlan plan_{};
  std::vector<Moments> blocks_;
  std::vector<std::atomic<std::int32_t>> missing_;  // elements of each block that are still to come
  std::vector<ThreadPart> parts_;
  std::uint64_t round_ = 0;  // of counting
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::cpu
#endif
