#include "backend/cpu/channel_counts.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/channel_counts.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <numeric>

#include "backend/cpu/true_counts-inl.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// The counters of each field, starting at the position of the first value.
struct Counters {
  std::uint32_t* zero;
  std::uint32_t* near_zero_abs;
  std::uint32_t* saturated;
};

/// Counts one vector per period: at i, i + period, ...
template <bool bounds>
HWY_INLINE void count_column(const ChannelTask& task, std::int64_t i, std::int64_t period,
                             const Counters& to) {
  const FloatTag d;
  const FloatVec near = hn::Set(d, task.near_zero);
  const FloatVec below = hn::Set(d, task.saturated_below);
  const FloatVec above = hn::Set(d, task.saturated_above);
  LaneTrueCounts zeros;
  LaneTrueCounts near_zeros;
  LaneTrueCounts saturated;
  const std::int64_t lanes = float_lanes();
  for (; i + lanes <= task.count; i += period) {
    const FloatVec x = hn::LoadU(d, task.values + i);
    zeros.add(hn::Eq(x, hn::Zero(d)));
    near_zeros.add(hn::Le(hn::Abs(x), near));
    if constexpr (bounds) saturated.add(hn::Or(hn::Le(x, below), hn::Ge(x, above)));
  }
  zeros.add_to(to.zero);
  near_zeros.add_to(to.near_zero_abs);
  if constexpr (bounds) saturated.add_to(to.saturated);
}

HWY_INLINE void count_one(const ChannelTask& task, float x, bool bounds, const Counters& to) {
  *to.zero += x == 0 ? 1 : 0;
  *to.near_zero_abs += std::abs(x) <= task.near_zero ? 1 : 0;
  *to.saturated += bounds && (x <= task.saturated_below || x >= task.saturated_above) ? 1 : 0;
}

void CountChannels(const ChannelTask& task, LaneCounts& counts) {
  const std::int64_t period = counts.period();
  const std::int64_t lanes = float_lanes();
  const bool bounds = std::isfinite(task.saturated_below) || std::isfinite(task.saturated_above);
  const auto counters = [&](std::int64_t i) {
    const std::int64_t place = (task.first + i) % period;
    return Counters{counts.of(0) + place, counts.of(1) + place, counts.of(2) + place};
  };
  const std::int64_t whole = task.count / lanes * lanes;
  for (std::int64_t i = 0; i < period && i < whole; i += lanes) {
    if (bounds) {
      count_column<true>(task, i, period, counters(i));
    } else {
      count_column<false>(task, i, period, counters(i));
    }
  }
  for (std::int64_t i = whole; i < task.count; ++i) count_one(task, task.values[i], bounds, counters(i));
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {

HWY_EXPORT(CountChannels);

void count_channels(const ChannelTask& task, LaneCounts& counts) {
  HWY_DYNAMIC_DISPATCH(CountChannels)(task, counts);
}

void LaneCounts::clear(std::int64_t channels) {
  constexpr std::int64_t max_lanes = 16;
  period_ = std::lcm(channels, max_lanes);
  counters_.assign(static_cast<std::size_t>(period_) * std::size(channel_fields), 0);
}

void LaneCounts::add_to(std::span<ChannelCounts> counts) const {
  for (std::size_t field = 0; field < std::size(channel_fields); ++field) {
    const std::uint32_t* from = counters_.data() + static_cast<std::int64_t>(field) * period_;
    for (std::int64_t place = 0; place < period_; ++place) {
      const auto channel = static_cast<std::size_t>(place) % counts.size();
      counts[channel].*channel_fields[field].count += from[place];
    }
  }
}

}  // namespace lehr::cpu
#endif
