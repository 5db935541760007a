#include "lehr/store/stat_series.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <vector>

#include "store/run_support.hpp"

namespace lehr {
namespace {

using store_test::some_stats;

constexpr int entries = 6;

/// Every other one has no histograms. They are made once, because a compiler may round the same sum
/// in two ways.
const TensorStats& entry(int i) {
  static const std::vector<TensorStats> all = [] {
    std::vector<TensorStats> made;
    for (int each = 0; each < entries; ++each) made.push_back(some_stats(each, 3 * each, each % 2 == 0));
    return made;
  }();
  return all[static_cast<std::size_t>(i)];
}

void expect_equal(const TensorStats& found, const TensorStats& expected) {
  using Numbers = std::array<std::int64_t, sizeof(TensorNumbers) / sizeof(std::int64_t)>;
  EXPECT_EQ(std::bit_cast<Numbers>(TensorNumbers(found)), std::bit_cast<Numbers>(TensorNumbers(expected)));
  EXPECT_EQ(found.magnitudes, expected.magnitudes);
  EXPECT_EQ(found.values, expected.values);
}

TEST(StatSeries, GivesBackWhatItTook) {
  StatSeries series;
  for (int i = 0; i < entries; ++i) series.push(entry(i));
  ASSERT_EQ(series.size(), entries);
  for (int i = 0; i < entries; ++i) expect_equal(series[static_cast<std::size_t>(i)], entry(i));
}

TEST(StatImage, HasNothingOutsideItsEdges) {
  const StatImage image{2, 3, {0, 1, 2, 3, 4, 5}};
  EXPECT_EQ(image.at(1, 2), 5);
  EXPECT_THROW(static_cast<void>(image.at(2, 0)), BadInput);
  EXPECT_THROW(static_cast<void>(image.at(0, 3)), BadInput);
}

TEST(StatSeries, TakesWhatIsPackedAlready) {
  StatSeries series;
  store::PackedStats batch;
  for (int i = 0; i < entries; i += 2) {
    batch.clear();
    for (const int each : {i, i + 1}) batch.add(each, store::Watched::weight, entry(each));
    for (const store::PackedTensor& tensor : batch.tensors()) series.push(tensor, batch);
  }
  ASSERT_EQ(series.size(), entries);
  for (int i = 0; i < entries; ++i) expect_equal(series[static_cast<std::size_t>(i)], entry(i));
}

TEST(StatSeries, KeepsTheEntriesAskedFor) {
  StatSeries series;
  for (int i = 0; i < entries; ++i) series.push(entry(i));
  series.keep(std::array<std::size_t, 3>{1, 2, 5});
  ASSERT_EQ(series.size(), 3U);
  expect_equal(series[0], entry(1));
  expect_equal(series[1], entry(2));
  expect_equal(series[2], entry(5));
}

}  // namespace
}  // namespace lehr
