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
constexpr std::int64_t stats_block = 2048;

/// The end of the magnitude histogram, which belongs to its last bin.
constexpr float top = static_cast<float>(MagnitudeHistogram::bins * MagnitudeHistogram::width);

/// What the histograms of a tensor are made from.
struct BlockCounts {
  FineCounts fine;
  std::uint64_t at_top = 0;  ///< sizes of exactly `top`
};

/// What a block is measured for.
struct BlockTask {
  const float* values;
  std::int64_t count;
  float near_zero;
  float steps_per_unit;  ///< a power of two
  BlockCounts* counts;   ///< null where no histogram is wanted
  bool positive;         ///< a guess that spares work: nothing lies below zero
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

  explicit HWY_INLINE LaneSums(FloatVec pivot) : least(pivot), most(pivot) {}
  HWY_INLINE void add(FloatVec x, FloatVec pivot) {
    const FloatVec difference = hn::Sub(x, pivot);
    sum = hn::Add(sum, difference);
    squares = hn::MulAdd(difference, difference, squares);
    least = hn::Min(least, x);
    most = hn::Max(most, x);
  }
  HWY_INLINE void add(const LaneSums& other) {
    sum = hn::Add(sum, other.sum);
    squares = hn::Add(squares, other.squares);
    least = hn::Min(least, other.least);
    most = hn::Max(most, other.most);
  }
};

/// With `positive`, values below zero are not expected, and near_zero_abs is only right where there are none.
template <bool positive>
HWY_INLINE VectorSums sum_vectors(const BlockTask& task, std::int64_t whole) {
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
    sums.add(x, pivot);
    below += true_lanes(hn::Le(x, near));
    if constexpr (!positive) around += true_lanes(hn::Le(hn::Abs(x), near));
    zeros += true_lanes(hn::Eq(x, hn::Zero(d)));
  };
  std::int64_t i = 0;
  for (; i + 2 * lanes <= whole; i += 2 * lanes) {
    take(i, even);
    take(i + lanes, odd);
  }
  if (i < whole) take(i, even);
  even.add(odd);
  return {sum_of_lanes(even.sum),
          sum_of_lanes(even.squares),
          hn::GetLane(hn::MinOfLanes(d, even.least)),
          hn::GetLane(hn::MaxOfLanes(d, even.most)),
          below,
          positive ? below : around,
          zeros};
}

HWY_INLINE VectorSums sum_either(const BlockTask& task, std::int64_t whole) {
  if (task.positive) {
    const VectorSums sums = sum_vectors<true>(task, whole);
    if (!(sums.min < 0)) return sums;
  }
  return sum_vectors<false>(task, whole);
}

HWY_INLINE Moments moments_of(const BlockTask& task) {
  const std::int64_t whole = task.count / float_lanes() * float_lanes();
  Moments moments;
  const VectorSums sums = sum_either(task, whole);
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

/// At most stats_block values.
Moments MeasureBlock(const BlockTask& task) {
  const Moments moments = moments_of(task);
  if (task.counts == nullptr) return moments;
  const float largest = std::max(std::abs(moments.min), std::abs(moments.max));
  count_fine({task.values, task.count, task.steps_per_unit, moments.min < 0,
              largest * task.steps_per_unit >= float{FineCounts::quick}},
             task.counts->fine);
  if (largest >= top) {
    task.counts->at_top += static_cast<std::uint64_t>(std::count_if(
        task.values, task.values + task.count, [](float value) { return std::abs(value) == top; }));
  }
  return moments;
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(MeasureBlock);

/// The width of a magnitude bin as a power of two.
constexpr int magnitude_exponent = -2;
static_assert(MagnitudeHistogram::width == 0.25);

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
      run(values, count);
    }
    write_signed(exponent, result.values);
    if (exponent_ <= magnitude_exponent) {
      write_magnitudes(exponent_, result);
      expect(exponent, count);
    } else {
      const int expected = exponent_;
      exponent_ = magnitude_exponent;
      run(values, count);
      write_magnitudes(exponent_, result);
      exponent_ = expected;
    }
  }

 private:
  static constexpr int octaves_beyond = 2;
  static_assert(FineCounts::steps == FineCounts::quick << octaves_beyond);

  void run(const float* values, std::int64_t count) {
    constexpr std::int64_t grain = 8;  // blocks below which a second thread costs more than it saves
    const std::int64_t blocks = (count + stats_block - 1) / stats_block;
    const std::int64_t teams = std::clamp<std::int64_t>(blocks / grain, 1, threads());
    blocks_.resize(static_cast<std::size_t>(blocks));
    counts_.assign(spec_.histograms ? static_cast<std::size_t>(teams) : 0, {});
    const float steps_per_unit = std::ldexp(1.0F, -exponent_);
    parallel_for(blocks, grain, [&](std::int64_t first, std::int64_t last, int thread) {
      BlockCounts* const counts = spec_.histograms ? &counts_[static_cast<std::size_t>(thread)] : nullptr;
      for (std::int64_t block = first; block < last; ++block) {
        const std::int64_t begin = block * stats_block;
        const bool positive = block == first || blocks_[static_cast<std::size_t>(block - 1)].min >= 0;
        blocks_[static_cast<std::size_t>(block)] =
            HWY_DYNAMIC_DISPATCH(MeasureBlock)({values + begin, std::min(stats_block, count - begin),
                                                spec_.near_zero, steps_per_unit, counts, positive});
      }
    });
    for (std::size_t i = 1; i < counts_.size(); ++i) add(counts_[i], counts_.front());
  }

  static void add(const BlockCounts& from, BlockCounts& to) {
    for (std::size_t step = 0; step < FineCounts::steps; ++step) {
      to.fine.positive[step] += from.fine.positive[step];
      to.fine.negative[step] += from.fine.negative[step];
    }
    to.at_top += from.at_top;
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
    constexpr std::int64_t few = 64;
    if (exponent == exponent_) return;
    const FineCounts& fine = counts_.front().fine;
    std::int64_t beyond = 0;
    for (std::size_t step = FineCounts::quick; step < FineCounts::steps; ++step) {
      beyond += std::int64_t{fine.positive[step]} + std::int64_t{fine.negative[step]};
    }
    if (beyond * few > count) exponent_ = exponent;
  }

  StatsSpec spec_;
  int exponent_ = -6;  // of the steps: a guess for the next tensor, from the last ones
  std::vector<Moments> blocks_;
  std::vector<BlockCounts> counts_;  // a thread each
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::cpu
#endif
