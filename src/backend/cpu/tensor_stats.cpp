#include "backend/cpu/tensor_stats.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/tensor_stats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "backend/cpu/fine_counts-inl.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "backend/stats_parts.hpp"
#include "lehr/core/parallel.hpp"

#ifndef LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
#define LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
namespace lehr::cpu {

/// Elements that stay in the first cache between moments and histogram, few enough for sums in single
/// precision.
constexpr std::int64_t stats_block = 16 * 256;

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
  bool beyond;           ///< also beyond the quick steps
  bool at_top;
};

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// Counts of conditions, a vector at a time.
HWY_INLINE std::int64_t true_lanes(hn::Mask<FloatTag> mask) {
  return static_cast<std::int64_t>(hn::CountTrue(FloatTag(), mask));
}

/// Sums over whole vectors. Deviations are taken from the first value, so that a mean far from zero does not
/// drown them.
struct VectorSums {
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

  explicit HWY_INLINE LaneSums(FloatVec pivot) : least(pivot), most(pivot) {}
  template <bool cut_off>
  HWY_INLINE void add(FloatVec x, FloatVec pivot) {
    const FloatVec difference = hn::Sub(x, pivot);
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
  }
  HWY_INLINE bool any_sign() const {
    return !hn::AllFalse(IntTag(), hn::Lt(hn::BitCast(IntTag(), signs), hn::Zero(IntTag())));
  }
};

/// With `cut_off`, false where the least value is no zero: the sums are not all right then.
template <bool cut_off>
HWY_INLINE bool sum_vectors(const BlockTask& task, std::int64_t whole, VectorSums& result) {
  const FloatTag d;
  const std::int64_t lanes = float_lanes();
  const FloatVec pivot = hn::Set(d, task.values[0]);
  const FloatVec near = hn::Set(d, task.near_zero);
  LaneSums even(pivot);
  LaneSums odd(pivot);
  std::int64_t below = 0;
  std::int64_t around = 0;
  std::int64_t zeros = 0;
  const auto take = [&](std::int64_t i, LaneSums& sums) HWY_ATTR {
    const FloatVec x = hn::LoadU(d, task.values + i);
    sums.template add<cut_off>(x, pivot);
    below += true_lanes(hn::Le(x, near));
    if constexpr (!cut_off) around += true_lanes(hn::Le(hn::Abs(x), near));
    zeros += true_lanes(hn::Eq(x, hn::Zero(d)));
  };
  std::int64_t i = 0;
  for (; i + 2 * lanes <= whole; i += 2 * lanes) {
    take(i, even);
    take(i + lanes, odd);
  }
  if (i < whole) take(i, even);
  even.add(odd);
  if (cut_off && (zeros == 0 || even.any_sign())) return false;
  result = {sum_of_lanes(even.sum),
            sum_of_lanes(even.squares),
            cut_off ? 0 : hn::GetLane(hn::MinOfLanes(d, even.least)),
            hn::GetLane(hn::MaxOfLanes(d, even.most)),
            below,
            cut_off ? below : around,
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
    moments.mean = static_cast<double>(task.values[0]) + sums.sum / n;
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

/// Of this size.
HWY_INLINE std::uint64_t count_equal(const float* values, std::int64_t count, float size) {
  const FloatTag d;
  const FloatVec wanted = hn::Set(d, size);
  std::int64_t found = 0;
  std::int64_t i = 0;
  for (; i + float_lanes() <= count; i += float_lanes()) {
    found += true_lanes(hn::Eq(hn::Abs(hn::LoadU(d, values + i)), wanted));
  }
  for (; i < count; ++i) found += std::abs(values[i]) == size ? 1 : 0;
  return static_cast<std::uint64_t>(found);
}

/// Of a block whose least and largest value are known.
void CountBlock(const BlockTask& task, float least, float most, const CountPlan& plan, BlockCounts& counts) {
  const float largest = std::max(std::abs(least), std::abs(most));
  count_fine({task.values, task.count, plan.steps_per_unit, least < 0,
              plan.beyond && largest * plan.steps_per_unit >= float{FineCounts::quick}},
             counts.fine);
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
static_assert(MagnitudeHistogram::width == 0.25 && MagnitudeHistogram::bins <= FineCounts::quick);

/// Blocks are cut by the tensor's size alone and joined in order, so that threads change no bit.
class Probe final : public TensorProbe {
 public:
  explicit Probe(const StatsSpec& spec) : spec_(spec) {}

  void measure(const float* values, std::int64_t count, TensorStats& result) override {
    if (count == 0) {
      result = {};
      return;
    }
    run(values, count);
    Moments all;
    for (const Moments& block : blocks_) all.add(block);
    all.write(result);
    if (!spec_.histograms) return;
    const int exponent = fitting_exponent(std::max(std::abs(result.min), std::abs(result.max)));
    if (exponent < exponent_ || exponent > exponent_ + octaves_beyond) {
      exponent_ = exponent;
      count_again(values, count, plan_for(exponent_, true));
    }
    write_signed(exponent, result.values);
    if (exponent_ <= magnitude_exponent) {
      write_magnitudes(exponent_, result);
      expect(exponent, count);
    } else {
      count_again(values, count, plan_for(magnitude_exponent, false));
      write_magnitudes(magnitude_exponent, result);
    }
  }

 private:
  static constexpr int octaves_beyond = 2;
  static_assert(FineCounts::steps == FineCounts::quick << octaves_beyond);

  /// Calls body(block, task, counts of the thread) for all blocks.
  template <class Body>
  void each_block(const float* values, std::int64_t count, const Body& body) {
    constexpr std::int64_t grain = 4;  // blocks below which a second thread costs more than it saves
    const auto blocks = static_cast<std::int64_t>(blocks_.size());
    parallel_for(blocks, grain, [&](std::int64_t first, std::int64_t last, int thread) {
      BlockCounts& counts = counts_[static_cast<std::size_t>(thread)];
      counts.clear();  // by the thread that counts in it
      for (std::int64_t block = first; block < last; ++block) {
        const std::int64_t begin = block * stats_block;
        const std::int64_t before = std::max(block - 1, first);
        body(block,
             BlockTask{values + begin, std::min(stats_block, count - begin), spec_.near_zero,
                       block == first ? cut_off_ : blocks_[static_cast<std::size_t>(before)].min == 0},
             counts);
      }
    });
    const auto used = static_cast<std::size_t>(std::clamp<std::int64_t>(blocks / grain, 1, threads()));
    for (std::size_t i = 1; i < used; ++i) counts_.front().add(counts_[i]);
  }

  void run(const float* values, std::int64_t count) {
    blocks_.resize(static_cast<std::size_t>((count + stats_block - 1) / stats_block));
    counts_.resize(static_cast<std::size_t>(threads()));
    const CountPlan plan = plan_for(exponent_, true);
    each_block(values, count, [&](std::int64_t block, const BlockTask& task, BlockCounts& counts) {
      const Moments moments = HWY_DYNAMIC_DISPATCH(MeasureBlock)(task);
      blocks_[static_cast<std::size_t>(block)] = moments;
      if (spec_.histograms) {
        HWY_DYNAMIC_DISPATCH(CountBlock)(task, moments.min, moments.max, plan, counts);
      }
    });
    cut_off_ = blocks_.front().min == 0;
  }

  static CountPlan plan_for(int exponent, bool beyond) {
    return {std::ldexp(1.0F, -exponent), beyond, exponent <= magnitude_exponent};
  }

  /// The counts alone, with another exponent.
  void count_again(const float* values, std::int64_t count, const CountPlan& plan) {
    each_block(values, count, [&](std::int64_t block, const BlockTask& task, BlockCounts& counts) {
      const Moments& known = blocks_[static_cast<std::size_t>(block)];
      HWY_DYNAMIC_DISPATCH(CountBlock)(task, known.min, known.max, plan, counts);
    });
  }

  /// From all steps up to the exponent's range, each bin joining those within it.
  void write_signed(int exponent, SignedHistogram& to) const {
    constexpr int half = SignedHistogram::bins / 2;
    static_assert(half == FineCounts::quick);
    const FineCounts& fine = counts_.front().fine;
    const int joined = exponent - exponent_;
    to = {};
    to.exponent = exponent;
    for (int step = 0; step < half << joined; ++step) {
      to.counts[static_cast<std::size_t>(half + (step >> joined))] +=
          fine.positive[static_cast<std::size_t>(step)];
      to.counts[static_cast<std::size_t>(half - 1 - (step >> joined))] +=
          fine.negative[static_cast<std::size_t>(step)];
    }
  }

  void write_magnitudes(int exponent, TensorStats& stats) const {
    const BlockCounts& counts = counts_.front();
    MagnitudeHistogram& to = stats.magnitudes;
    const int joined = std::min(magnitude_exponent - exponent, 31);
    std::uint64_t within = 0;
    to = {};
    for (std::size_t step = 0; step < FineCounts::steps; ++step) {
      const std::size_t bin = step >> joined;
      if (bin >= to.counts.size()) break;
      const std::uint64_t found = std::uint64_t{counts.fine.positive[step]} + counts.fine.negative[step];
      to.counts[bin] += found;
      within += found;
    }
    to.counts.back() += counts.at_top;
    to.beyond = static_cast<std::uint64_t>(stats.count) - within - counts.at_top;
  }

  /// Chooses the exponent for the next tensor. Few values beyond the quick steps cost less than a tensor that
  /// must be counted anew because it does not reach as far as expected.
  void expect(int exponent, std::int64_t count) {
    constexpr std::int64_t few = 256;
    if (exponent == exponent_) return;
    const FineCounts& fine = counts_.front().fine;
    std::int64_t beyond = 0;
    for (std::size_t step = FineCounts::quick; step < FineCounts::steps; ++step) {
      beyond += std::int64_t{fine.positive[step]} + std::int64_t{fine.negative[step]};
    }
    if (beyond * few > count) exponent_ = exponent;
  }

  StatsSpec spec_;
  bool cut_off_ = true;  // a guess alike
  int exponent_ = -6;    // of the steps: a guess for the next tensor, from the last ones
  std::vector<Moments> blocks_;
  std::vector<BlockCounts> counts_;  // a thread each
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::cpu
#endif
