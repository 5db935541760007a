// Counts per channel, compared with plain loops, for any number of channels, length, bounds and
// threads.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/parallel.hpp"
#include "support/device.hpp"
#include "support/formula.hpp"

namespace lehr {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Zeros, values near zero, larger ones of both signs, and a few non-finite ones.
std::vector<float> some_values(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  test::fill_tensor({values.data(), Shape{count}, contiguous_strides(Shape{count})}, "channels",
                    {.scale = 3, .offset = 0, .levels = 60});
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % 5 == 0) values[i] = i % 2 == 0 ? 0.0F : -0.0F;
    if (i % 7 == 4) values[i] = i % 2 == 0 ? 0.03F : -0.03F;
    if (i % 97 == 3) values[i] = nan;
    if (i % 89 == 7) values[i] = i % 2 == 0 ? infinity : -infinity;
  }
  return values;
}

struct Bounds {
  float below = -infinity;
  float above = infinity;
};

ChannelStats plain(const std::vector<float>& values, std::int64_t channels, const Bounds& bounds) {
  ChannelStats stats{std::ssize(values) / channels,
                     std::vector<ChannelCounts>(static_cast<std::size_t>(channels))};
  for (std::size_t i = 0; i < values.size(); ++i) {
    ChannelCounts& counts = stats.counts[i % static_cast<std::size_t>(channels)];
    if (values[i] == 0) ++counts.zero;
    if (std::abs(values[i]) <= 0.05F) ++counts.near_zero_abs;
    const bool low = bounds.below > -infinity && values[i] <= bounds.below;
    const bool high = bounds.above < infinity && values[i] >= bounds.above;
    const bool infinite = std::isinf(values[i]) && (bounds.below > -infinity || bounds.above < infinity);
    if (low || high || infinite) ++counts.saturated;
  }
  return stats;
}

StatsSpec spec_of(const Bounds& bounds, bool histograms = false) {
  return {.histograms = histograms,
          .channels = true,
          .saturated_below = bounds.below,
          .saturated_above = bounds.above};
}

void expect_equal(const ChannelStats& found, const ChannelStats& expected) {
  EXPECT_EQ(found.values, expected.values);
  ASSERT_EQ(found.counts.size(), expected.counts.size());
  for (std::size_t i = 0; i < found.counts.size(); ++i) {
    for (const ChannelField& field : channel_fields) {
      EXPECT_EQ(found.counts[i].*field.count, expected.counts[i].*field.count)
          << field.name << " of channel " << i;
    }
  }
}

TEST(ChannelStats, EqualPlainLoops) {
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    SCOPED_TRACE(backend->name());
    for (const std::int64_t channels : {1, 2, 3, 8, 10, 12, 16, 17, 64, 100, 256, 509, 512, 4096}) {
      for (const std::int64_t positions : {1, 7, 60, 1000}) {
        SCOPED_TRACE(testing::Message() << channels << " channels, " << positions << " positions");
        if (channels * positions > 600'000) continue;
        const std::vector<float> values = some_values(channels * positions);
        const Bounds bounds = positions % 2 == 0 ? Bounds{-2, 2} : Bounds{.above = 1.5F};
        TensorStats found;
        backend->probe(spec_of(bounds))->measure(test::HostValues(*backend, values, channels).ref(), found);
        expect_equal(found.channels, plain(values, channels, bounds));
      }
    }
  }
}

TEST(ChannelStats, WithoutBoundsNothingIsSaturated) {
  const std::vector<float> values = some_values(9000);
  for (const Backend* backend : {&cpu_backend(), &reference_backend()}) {
    TensorStats found;
    backend->probe(spec_of({}))->measure(test::HostValues(*backend, values, 9).ref(), found);
    expect_equal(found.channels, plain(values, 9, {}));
    for (const ChannelCounts& counts : found.channels.counts) EXPECT_EQ(counts.saturated, 0U);
  }
}

// One probe measures tensors of different sizes, as with the short last batch of an epoch.
TEST(ChannelStats, AreThoseOfTheLastTensor) {
  const auto probe = cpu_backend().probe(spec_of({-2, 2}, true));
  for (const std::int64_t positions : {900, 20, 3000, 900}) {
    const std::vector<float> values = some_values(24 * positions);
    TensorStats found;
    probe->measure(test::HostValues(cpu_backend(), values, 24).ref(), found);
    expect_equal(found.channels, plain(values, 24, {-2, 2}));
  }
}

TEST(ChannelStats, DoNotDependOnThreadsOrPieces) {
  const int before = threads();
  constexpr std::int64_t channels = 20;
  const std::vector<float> values = some_values(channels * 6001);
  const test::HostValues on_host(cpu_backend(), values, channels);
  const auto count = std::ssize(values);
  for (const int thread_count : {1, 2, 3, 7}) {
    set_threads(thread_count);
    for (const std::int64_t piece : {1000, 3840, 4001, 200'000}) {
      const auto probe = cpu_backend().probe(spec_of({-2, 2}));
      probe->begin(on_host.ref());
      const std::int64_t pieces = (count + piece - 1) / piece;
      parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t i = end; i-- > begin;) {
          if (i % 3 != 1) probe->written(i * piece, std::min(piece, count - i * piece), thread);
        }
      });
      TensorStats found;
      probe->end(found);
      expect_equal(found.channels, plain(values, channels, {-2, 2}));
    }
  }
  set_threads(before);
}

TEST(ChannelStats, LeaveTheNumbersAsTheyAre) {
  const std::vector<float> values = some_values(50'000);
  const test::HostValues on_host(cpu_backend(), values, 50);
  TensorStats with;
  TensorStats without;
  cpu_backend().probe(spec_of({-2, 2}, true))->measure(on_host.ref(), with);
  cpu_backend().probe({})->measure(on_host.ref(), without);
  for (const StatField& field : stat_fields) EXPECT_EQ(field.value(with), field.value(without)) << field.name;
  EXPECT_EQ(with.magnitudes, without.magnitudes);
  EXPECT_EQ(with.values, without.values);
  EXPECT_TRUE(without.channels.empty());
}

TEST(ChannelStats, HaveShares) {
  const ChannelStats stats{4, {{.zero = 1, .near_zero_abs = 2, .saturated = 4}}};
  EXPECT_EQ(stats.share(channel_fields[0], 0), 0.25);
  EXPECT_EQ(stats.share(channel_fields[1], 0), 0.5);
  EXPECT_EQ(stats.share(channel_fields[2], 0), 1);
}

}  // namespace
}  // namespace lehr
