#include "backend/cpu/tensor_stats.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/tensor_stats.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "backend/cpu/vectors-inl.hpp"
#include "backend/stats_parts.hpp"
#include "lehr/core/parallel.hpp"

#ifndef LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
#define LEHR_BACKEND_CPU_TENSOR_STATS_CPP_
namespace lehr::cpu {

/// Elements that stay in the first cache between moments and histogram, few enough for sums in single
/// precision.
constexpr std::int64_t stats_block = 2048;

/// Finer than SignedHistogram by one octave, so that a range that shrinks or grows back by one needs no
/// second pass.
constexpr int fine_bins = 2 * SignedHistogram::bins;
/// Equal values one after the other would wait for each other's increment, hence several tables side by side.
constexpr int tables = 8;
using FineCounts = std::array<std::uint32_t, static_cast<std::size_t>(tables) * fine_bins>;

/// What a block is measured for.
struct BlockTask {
  const float* values;
  std::int64_t count;
  float near_zero;
  float bins_per_unit;    // a power of two
  std::uint32_t* counts;  // of fine bins; null where no histogram is wanted
  bool positive;          // a guess that spares work: nothing lies below zero
};

inline int fine_bin(float value, float bins_per_unit) {
  const int step = static_cast<int>(std::min(std::abs(value) * bins_per_unit, float{fine_bins / 2 - 1}));
  return value < 0 ? fine_bins / 2 - 1 - step : fine_bins / 2 + step;
}

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;

/// Counts of conditions, a vector at a time.
HWY_INLINE std::int64_t true_lanes(hn::Mask<FloatTag> mask) {
  return static_cast<std::int64_t>(hn::CountTrue(FloatTag(), mask));
}

/// Room for the fine bins of a block's values other than zero; many equal ones would be slow to count.
struct BinList {
  HWY_ALIGN std::int32_t bins[stats_block + hn::MaxLanes(FloatTag())];
};

HWY_INLINE hn::Vec<IntTag> fine_bins_of(FloatVec x, FloatVec bins_per_unit) {
  const IntTag di;
  const FloatVec last = hn::Set(FloatTag(), static_cast<float>(fine_bins / 2 - 1));
  const auto step = hn::ConvertTo(di, hn::Min(hn::Mul(hn::Abs(x), bins_per_unit), last));
  const auto mirrored = hn::Xor(step, hn::ShiftRight<31>(hn::BitCast(di, x)));  // -1 - step below zero
  return hn::Add(mirrored, hn::Set(di, fine_bins / 2));
}

HWY_INLINE void count_bins(const BinList& list, std::int64_t filled, std::uint32_t* counts) {
  std::int64_t i = 0;
  for (; i + tables <= filled; i += tables) {
    for (int table = 0; table < tables; ++table) ++counts[table * fine_bins + list.bins[i + table]];
  }
  for (; i < filled; ++i) ++counts[list.bins[i]];
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

/// With `positive`, values below zero are not expected, and near_zero_abs is only right where there are none.
template <bool histogram, bool positive>
HWY_INLINE VectorSums sum_vectors(const BlockTask& task, std::int64_t whole, BinList& list) {
  const FloatTag d;
  const std::int64_t lanes = float_lanes();
  const FloatVec pivot = hn::Set(d, task.values[0]);
  const FloatVec near = hn::Set(d, task.near_zero);
  const FloatVec bins_per_unit = hn::Set(d, task.bins_per_unit);
  FloatVec sum = hn::Zero(d);
  FloatVec squares = hn::Zero(d);
  FloatVec least = pivot;
  FloatVec most = pivot;
  std::int64_t below = 0;
  std::int64_t around = 0;
  std::int64_t zeros = 0;
  std::int64_t filled = 0;
  for (std::int64_t i = 0; i < whole; i += lanes) {
    const FloatVec x = hn::LoadU(d, task.values + i);
    const FloatVec difference = hn::Sub(x, pivot);
    sum = hn::Add(sum, difference);
    squares = hn::MulAdd(difference, difference, squares);
    least = hn::Min(least, x);
    most = hn::Max(most, x);
    below += true_lanes(hn::Le(x, near));
    if constexpr (!positive) around += true_lanes(hn::Le(hn::Abs(x), near));
    const auto is_zero = hn::Eq(x, hn::Zero(d));
    if constexpr (histogram) {
      // Compressed in a register: to memory it is a hundred times slower on some processors.
      const auto used = hn::RebindMask(IntTag(), hn::Not(is_zero));
      hn::StoreU(hn::Compress(fine_bins_of(x, bins_per_unit), used), IntTag(), list.bins + filled);
      filled += true_lanes(hn::Not(is_zero));
    } else {
      zeros += true_lanes(is_zero);
    }
  }
  if constexpr (histogram) zeros = whole - filled;
  if constexpr (positive) around = below;
  return {sum_of_lanes(sum),
          sum_of_lanes(squares),
          hn::GetLane(hn::MinOfLanes(d, least)),
          hn::GetLane(hn::MaxOfLanes(d, most)),
          below,
          around,
          zeros};
}

template <bool histogram>
HWY_INLINE VectorSums sum_either(const BlockTask& task, std::int64_t whole, BinList& list) {
  if (task.positive) {
    const VectorSums sums = sum_vectors<histogram, true>(task, whole, list);
    if (!(sums.min < 0)) return sums;
  }
  return sum_vectors<histogram, false>(task, whole, list);
}

/// At most stats_block values.
Moments MeasureBlock(const BlockTask& task) {
  const std::int64_t whole = task.count / float_lanes() * float_lanes();
  BinList list;
  Moments moments;
  const VectorSums sums =
      task.counts == nullptr ? sum_either<false>(task, whole, list) : sum_either<true>(task, whole, list);
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
    if (task.counts != nullptr) count_bins(list, whole - sums.zero, task.counts);
  }
  for (std::int64_t i = finite ? whole : 0; i < task.count; ++i) {
    const float value = task.values[i];
    moments.add(value, task.near_zero);
    if (task.counts != nullptr && std::isfinite(value) && value != 0) {
      ++task.counts[fine_bin(value, task.bins_per_unit)];
    }
  }
  return moments;
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(MeasureBlock);

constexpr int half = fine_bins / 2;

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
    const double largest = std::max(std::abs(result.min), std::abs(result.max));
    const int exponent = fitting_exponent(largest);
    if (exponent != fine_exponent_ && exponent != fine_exponent_ + 1) {
      fine_exponent_ = exponent - 1;
      run(values, count);
    }
    write_histograms(values, count, exponent, largest, result);
  }

 private:
  void run(const float* values, std::int64_t count) {
    constexpr std::int64_t grain = 4;  // blocks below which a second thread costs more than it saves
    blocks_.resize(static_cast<std::size_t>((count + stats_block - 1) / stats_block));
    counts_.resize(static_cast<std::size_t>(threads()));
    for (FineCounts& counts : counts_) counts.fill(0);
    const float bins_per_unit = std::ldexp(1.0F, -fine_exponent_);
    parallel_for(
        static_cast<std::int64_t>(blocks_.size()), grain,
        [&](std::int64_t first, std::int64_t last, int thread) {
          std::uint32_t* const counts =
              spec_.histograms ? counts_[static_cast<std::size_t>(thread)].data() : nullptr;
          for (std::int64_t block = first; block < last; ++block) {
            const std::int64_t begin = block * stats_block;
            const bool positive = block == first || blocks_[static_cast<std::size_t>(block - 1)].min >= 0;
            blocks_[static_cast<std::size_t>(block)] =
                HWY_DYNAMIC_DISPATCH(MeasureBlock)({values + begin, std::min(stats_block, count - begin),
                                                    spec_.near_zero, bins_per_unit, counts, positive});
          }
        });
  }

  void write_histograms(const float* values, std::int64_t count, int exponent, double largest,
                        TensorStats& result) const {
    std::array<std::uint64_t, fine_bins> fine{};
    for (const FineCounts& counts : counts_) {
      for (std::size_t i = 0; i < counts.size(); ++i) fine[i % fine_bins] += counts[i];
    }
    fine[half] += static_cast<std::uint64_t>(result.zero);
    write_signed(fine, exponent, result.values);
    if (std::ldexp(1.0, fine_exponent_) <= MagnitudeHistogram::width) {
      write_magnitudes(fine, result.magnitudes);
    } else {
      count_magnitudes(values, count, result.magnitudes);
      return;
    }
    if (result.magnitudes.beyond > 0 && largest >= top) count_top(values, count, result.magnitudes);
  }

  void write_signed(const std::array<std::uint64_t, fine_bins>& fine, int exponent,
                    SignedHistogram& to) const {
    to = {};
    to.exponent = exponent;
    const int merged = exponent == fine_exponent_ ? 1 : 2;
    constexpr int to_half = SignedHistogram::bins / 2;
    for (int step = 0; step < to_half * merged; ++step) {
      to.counts[static_cast<std::size_t>(to_half + step / merged)] +=
          fine[static_cast<std::size_t>(half + step)];
      to.counts[static_cast<std::size_t>(to_half - 1 - step / merged)] +=
          fine[static_cast<std::size_t>(half - 1 - step)];
    }
  }

  static constexpr double top = MagnitudeHistogram::bins * MagnitudeHistogram::width;

  void write_magnitudes(const std::array<std::uint64_t, fine_bins>& fine, MagnitudeHistogram& to) const {
    to = {};
    const double width = std::ldexp(1.0, fine_exponent_);
    for (int step = 0; step < half; ++step) {
      const std::uint64_t found =
          fine[static_cast<std::size_t>(half + step)] + fine[static_cast<std::size_t>(half - 1 - step)];
      const auto bin = static_cast<std::size_t>(step * width / MagnitudeHistogram::width);
      (bin < to.counts.size() ? to.counts[bin] : to.beyond) += found;
    }
  }

  /// The top belongs to the last bin.
  static void count_top(const float* values, std::int64_t count, MagnitudeHistogram& to) {
    const auto at_top = static_cast<std::uint64_t>(std::count_if(
        values, values + count, [](float value) { return static_cast<double>(std::abs(value)) == top; }));
    to.beyond -= at_top;
    to.counts.back() += at_top;
  }

  /// Where values are so large that the fine bins are wider than these.
  static void count_magnitudes(const float* values, std::int64_t count, MagnitudeHistogram& to) {
    to = {};
    for (std::int64_t i = 0; i < count; ++i) {
      const double size = std::abs(static_cast<double>(values[i]));
      if (!std::isfinite(size)) continue;
      const auto bin = static_cast<std::size_t>(std::min(size, top) / MagnitudeHistogram::width);
      (size > top ? to.beyond : to.counts[std::min(bin, to.counts.size() - 1)]) += 1;
    }
  }

  StatsSpec spec_;
  int fine_exponent_ = -7;  // a guess for the next tensor, from the last one
  std::vector<Moments> blocks_;
  std::vector<FineCounts> counts_;
};

}  // namespace

std::unique_ptr<TensorProbe> make_probe(const StatsSpec& spec) { return std::make_unique<Probe>(spec); }

}  // namespace lehr::cpu
#endif
