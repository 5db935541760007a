// Several readers of one tensor share a measurement, and each gets what it asked for.
#include "engine/shared_stats.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "support/device.hpp"

namespace lehr {
namespace {

constexpr StatsSpec numbers{.histograms = false};
constexpr StatsSpec histograms{.histograms = true};
constexpr StatsSpec other_threshold{.histograms = false, .near_zero = 0.5F};
constexpr StatsSpec channels{
    .histograms = false, .channels = true, .saturated_below = -0.5F, .saturated_above = 2};
constexpr StatsSpec other_bounds{.histograms = false, .channels = true, .saturated_above = 1};

void measure(SharedStats& shared, const std::vector<float>& values) {
  shared.forget();
  for (std::size_t place = 0; place < shared.places(); ++place) {
    if (TensorProbe* probe = shared.probe(place)) {
      probe->measure(test::HostValues(cpu_backend(), values).ref(), shared.result_of(place));
      shared.copy_to_readers(place);
    }
  }
}

bool has_value(const TensorStats& stats) { return stats.count + stats.non_finite > 0; }
bool has_histograms(const TensorStats& stats) {
  return stats.magnitudes != MagnitudeHistogram{} || stats.values != SignedHistogram{};
}

TEST(SharedStats, ATensorIsMeasuredOnceForAllReaders) {
  SharedStats shared(cpu_backend());
  EXPECT_EQ(shared.add(7, numbers), 0U);
  EXPECT_EQ(shared.add(8, numbers), 1U);
  EXPECT_EQ(shared.add(7, histograms), 0U);
  EXPECT_EQ(shared.add(7, numbers), 0U);
  EXPECT_EQ(shared.add(7, other_threshold), 2U) << "these numbers are others";
  EXPECT_EQ(shared.add(7, channels), 0U);
  EXPECT_EQ(shared.add(7, other_bounds), 3U) << "and so are these";
  EXPECT_EQ(shared.places(), 4U);
}

TEST(SharedStats, NobodyWantsAnythingAtFirst) {
  SharedStats shared(cpu_backend());
  shared.add(7, numbers);
  EXPECT_FALSE(shared.any_wanted());
  EXPECT_EQ(shared.probe(0), nullptr);
  EXPECT_FALSE(has_value(shared.result(0)));
}

TEST(SharedStats, OnlyWhatSomebodyWantsOfABatchIsMeasured) {
  SharedStats shared(cpu_backend());
  shared.add(7, numbers);
  shared.add(8, numbers);
  shared.choose({false, true});
  EXPECT_EQ(shared.probe(0), nullptr);
  EXPECT_NE(shared.probe(1), nullptr);
  shared.choose({});
  EXPECT_FALSE(shared.any_wanted());
  EXPECT_EQ(shared.probe(1), nullptr);
}

// Consecutive batches with all readers, with some and with none.
TEST(SharedStats, EachReaderGetsWhatItAskedFor) {
  SharedStats shared(cpu_backend());
  const std::array specs{numbers, histograms, other_threshold, channels, other_bounds};
  for (const StatsSpec& spec : specs) shared.add(7, spec);
  const std::vector<std::vector<bool>> choices{
      {true, true, true, true, true},    {true, false, true, true, false},
      {false, true, false, true, false}, {true, false, false, false, true},
      {false, true, true, false, false}, {false, false, false, false, false},
      {false, false, false, true, true}, {true, true, true, true, true}};
  for (std::size_t batch = 0; batch < choices.size(); ++batch) {
    SCOPED_TRACE(batch);
    std::vector<float> values;
    for (int i = 0; i < 5000; ++i)
      values.push_back(0.001F * static_cast<float>(i - 70 * static_cast<int>(batch)));
    const std::vector<bool>& wanted = choices[batch];
    shared.choose(wanted);
    measure(shared, values);
    for (std::size_t reader = 0; reader < specs.size(); ++reader) {
      SCOPED_TRACE(reader);
      const StatsSpec& spec = specs[reader];
      const TensorStats& found = shared.result(reader);
      ASSERT_EQ(has_value(found), wanted[reader]);
      EXPECT_EQ(has_histograms(found), wanted[reader] && spec.histograms);
      EXPECT_EQ(found.channels.empty(), !wanted[reader] || !spec.channels);
      if (!wanted[reader]) continue;
      TensorStats alone;
      cpu_backend().probe(spec)->measure(test::HostValues(cpu_backend(), values).ref(), alone);
      for (const StatField& field : stat_fields)
        EXPECT_EQ(field.value(found), field.value(alone)) << field.name;
      EXPECT_EQ(found.magnitudes, alone.magnitudes);
      EXPECT_EQ(found.values, alone.values);
      EXPECT_EQ(found.channels, alone.channels);
    }
  }
}

TEST(SharedStats, ATensorThatWasNotMeasuredHasNoValueFromTheBatchBefore) {
  SharedStats shared(cpu_backend());
  shared.add(7, numbers);
  shared.add(7, histograms);
  shared.add(7, channels);
  shared.choose({true, true, true});
  measure(shared, {1, 2, 3});
  EXPECT_FALSE(shared.result(2).channels.empty());
  shared.forget();
  for (std::size_t reader = 0; reader < 3; ++reader) EXPECT_FALSE(has_value(shared.result(reader)));
  EXPECT_TRUE(shared.result(2).channels.empty());
}

}  // namespace
}  // namespace lehr
