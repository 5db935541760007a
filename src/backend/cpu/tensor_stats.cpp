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
constexpr int tables = 4;
using FineCounts = std::array<std::uint32_t, static_cast<std::size_t>(tables) * fine_bins>;

/// Where a magnitude's bin begins: |x| times this, a power of two.
struct Scale {
  float per_bin;
};

}  // namespace lehr::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

using IntTag = hn::RebindToSigned<FloatTag>;

/// Moments of at most stats_block values. Deviations are taken from the first value, so that a mean far from
/// zero does not drown them.
Moments BlockMoments(const float* values, std::int64_t count, float threshold) {
  const FloatTag d;
  const std::int64_t lanes = float_lanes();
  const std::int64_t whole = count / lanes * lanes;
  const FloatVec pivot = hn::Set(d, values[0]);
  const FloatVec near = hn::Set(d, threshold);
  FloatVec sum = hn::Zero(d);
  FloatVec squares = hn::Zero(d);
  FloatVec least = pivot;
  FloatVec most = pivot;
  std::size_t below = 0;
  std::size_t around = 0;
  std::size_t zeros = 0;
  for (std::int64_t i = 0; i < whole; i += lanes) {
    const FloatVec x = hn::LoadU(d, values + i);
    const FloatVec difference = hn::Sub(x, pivot);
    sum = hn::Add(sum, difference);
    squares = hn::MulAdd(difference, difference, squares);
    least = hn::Min(least, x);
    most = hn::Max(most, x);
    below += hn::CountTrue(d, hn::Le(x, near));
    around += hn::CountTrue(d, hn::Le(hn::Abs(x), near));
    zeros += hn::CountTrue(d, hn::Eq(x, hn::Zero(d)));
  }
  Moments moments;
  const double total = sum_of_lanes(sum);
  const double total_squares = sum_of_lanes(squares);
  const bool finite = std::isfinite(total) && std::isfinite(total_squares);
  if (finite && whole > 0) {
    const auto n = static_cast<double>(whole);
    moments.count = n;
    moments.mean = static_cast<double>(values[0]) + total / n;
    moments.squares = std::max(0.0, total_squares - total * total / n);
    moments.min = hn::GetLane(hn::MinOfLanes(d, least));
    moments.max = hn::GetLane(hn::MaxOfLanes(d, most));
    moments.near_zero = static_cast<std::int64_t>(below);
    moments.near_zero_abs = static_cast<std::int64_t>(around);
    moments.zero = static_cast<std::int64_t>(zeros);
  }
  for (std::int64_t i = finite ? whole : 0; i < count; ++i) moments.add(values[i], threshold);
  return moments;
}

/// Counts the fine bins of a block of finite values; zeros are left out, since many equal ones would be slow.
void BlockCounts(const float* values, std::int64_t count, Scale scale, std::uint32_t* counts) {
  const FloatTag d;
  const IntTag di;
  const std::int64_t lanes = float_lanes();
  const FloatVec per_bin = hn::Set(d, scale.per_bin);
  const FloatVec last = hn::Set(d, static_cast<float>(fine_bins / 2 - 1));
  HWY_ALIGN std::int32_t bins[stats_block + hn::MaxLanes(FloatTag())];
  std::size_t filled = 0;
  const auto add = [&](FloatVec x) HWY_ATTR {
    const FloatVec step = hn::Min(hn::Mul(hn::Abs(x), per_bin), last);
    const auto sign = hn::ShiftRight<31>(hn::BitCast(di, x));  // -1 - step below zero
    const auto bin = hn::Xor(hn::ConvertTo(di, step), sign);
    const auto used = hn::RebindMask(di, hn::Ne(x, hn::Zero(d)));
    filled += hn::CompressStore(bin, used, di, bins + filled);
  };
  for_vectors(0, count, [&](std::int64_t i, auto access) HWY_ATTR { add(access.load(values + i)); });
  (void)lanes;
  constexpr int half = fine_bins / 2;
  std::size_t i = 0;
  for (; i + tables <= filled; i += tables) {
    for (int table = 0; table < tables; ++table) {
      ++counts[table * fine_bins + half + bins[i + static_cast<std::size_t>(table)]];
    }
  }
  for (; i < filled; ++i) ++counts[half + bins[i]];
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(BlockMoments);
HWY_EXPORT(BlockCounts);

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
      count_again(values, count);
    }
    write_histograms(values, count, exponent, largest, result);
  }

 private:
  std::int64_t block_count(std::int64_t count) const { return (count + stats_block - 1) / stats_block; }

  void run(const float* values, std::int64_t count) {
    blocks_.resize(static_cast<std::size_t>(block_count(count)));
    for_blocks(count, [&](std::int64_t block, std::int64_t begin, std::int64_t size, std::uint32_t* counts) {
      Moments& moments = blocks_[static_cast<std::size_t>(block)];
      moments = HWY_DYNAMIC_DISPATCH(BlockMoments)(values + begin, size, spec_.near_zero);
      if (spec_.histograms) count_block(values + begin, size, moments, counts);
    });
  }

  void count_again(const float* values, std::int64_t count) {
    for_blocks(count, [&](std::int64_t block, std::int64_t begin, std::int64_t size, std::uint32_t* counts) {
      count_block(values + begin, size, blocks_[static_cast<std::size_t>(block)], counts);
    });
  }

  template <class Body>
  void for_blocks(std::int64_t count, const Body& body) {
    constexpr std::int64_t grain = 4;  // blocks below which a second thread costs more than it saves
    counts_.resize(static_cast<std::size_t>(threads()));
    for (FineCounts& counts : counts_) counts.fill(0);
    parallel_for(block_count(count), grain, [&](std::int64_t first, std::int64_t last, int thread) {
      for (std::int64_t block = first; block < last; ++block) {
        const std::int64_t begin = block * stats_block;
        body(block, begin, std::min(stats_block, count - begin),
             counts_[static_cast<std::size_t>(thread)].data());
      }
    });
  }

  void count_block(const float* values, std::int64_t size, const Moments& moments,
                   std::uint32_t* counts) const {
    const Scale scale{std::ldexp(1.0F, -fine_exponent_)};
    if (moments.non_finite == 0) return HWY_DYNAMIC_DISPATCH(BlockCounts)(values, size, scale, counts);
    for (std::int64_t i = 0; i < size; ++i) {
      if (std::isfinite(values[i])) HWY_DYNAMIC_DISPATCH(BlockCounts)(values + i, 1, scale, counts);
    }
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
