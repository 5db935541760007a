// One list names the fields of TensorNumbers. Each field is in every place that is made from the list.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "lehr/store/stat_series.hpp"
#include "store/packed_stats.hpp"
#include "store/run_support.hpp"

namespace lehr::store_test {
namespace {

using namespace store;

constexpr std::int64_t finite = 1000;

/// Statistics in which every field has a different value.
TensorStats distinct_stats() {
  TensorStats stats;
  std::int64_t next = 10;
  for (const StatField& field : stat_fields) {
    ++next;
    if (field.number != nullptr) {
      stats.*field.number = 0.5 + static_cast<double>(next);
    } else {
      stats.*field.integer = next;
    }
  }
  stats.count = finite;
  stats.values.exponent = -4;
  return stats;
}

void expect_equal(const TensorNumbers& found, const TensorNumbers& expected) {
  for (const StatField& field : stat_fields)
    EXPECT_EQ(field.value(found), field.value(expected)) << field.name;
}

std::vector<StatsRow> rows_of(const TensorStats& stats) {
  return {{.layer = 0, .what = Watched::activation, .stats = stats}};
}

void record(const std::filesystem::path& file, const std::string& id, const TensorStats& stats) {
  RunWriter writer(file, run_info(id));
  writer.layers(layer_infos());
  writer.step(step_row(0), rows_of(stats));
  writer.finish({});
}

TEST(StatFields, HaveNamesAndMembersOfTheirOwn) {
  std::set<std::string_view> names;
  TensorStats stats = distinct_stats();
  std::set<double> values;
  for (const StatField& field : stat_fields) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_TRUE(values.insert(field.value(stats)).second) << field.name;
    EXPECT_NE(field.number != nullptr, field.integer != nullptr) << field.name;
  }
}

TEST(StatFields, ComeBackFromPacking) {
  PackedStats packed;
  packed.add(3, Watched::update, distinct_stats());
  const std::vector<StatsRow> rows = unpack_stats(numbers_text(packed.tensors()), packed.histograms());
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].layer, 3);
  EXPECT_EQ(rows[0].what, Watched::update);
  EXPECT_EQ(rows[0].stats.values.exponent, -4);
  expect_equal(rows[0].stats, distinct_stats());
}

TEST(StatFields, AreSeries) {
  StatSeries series;
  series.push(distinct_stats());
  expect_equal(series[0], distinct_stats());
  for (const StatField& field : stat_fields) {
    const double value = field.value(distinct_stats());
    const bool is_share = field.kind == StatField::Kind::share;
    EXPECT_EQ(series.values(field.name)[0], static_cast<float>(is_share ? value / finite : value))
        << field.name;
  }
  EXPECT_NE(bad_input_of([&] { series.values("meen"); }).find("\"mean\""), std::string::npos);
}

TEST(StatFields, AreNotANumberInATensorThatWasNotMeasured) {
  for (const StatField& field : stat_fields) {
    EXPECT_EQ(std::isnan(field.shown(no_stats())), field.kind != StatField::Kind::count) << field.name;
  }
}

TEST(StatFields, AreColumnsOfTheStore) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  record(file, "a", distinct_stats());
  const RunStore store(file);
  expect_equal(store.read("a").stats.at(0).stats, distinct_stats());
  for (const StatField& field : stat_fields) {
    const std::string name(field.name);
    for (const std::string view : {"stats", "layer_stats"}) {
      double found = std::nan("");
      store.query("SELECT 1.0 * " + name + " FROM " + view, [&](auto, auto values) {
        found = std::get<double>(values[0]);
        return true;
      });
      const bool is_share = view == "layer_stats" && field.kind == StatField::Kind::share;
      EXPECT_EQ(found, field.value(distinct_stats()) / (is_share ? finite : 1)) << view << "." << name;
    }
  }
}

TEST(StatFields, AreComparedBetweenRuns) {
  const TemporaryFolder folder;
  const auto file = folder / "lehr.db";
  record(file, "same", distinct_stats());
  for (const StatField& field : stat_fields) {
    TensorStats other = distinct_stats();
    if (field.number != nullptr) {
      other.*field.number += 1;
    } else {
      other.*field.integer += 1;
    }
    const std::string id(field.name);
    record(file, id, other);
    const RunComparison comparison = RunStore(file).compare("same", id);
    ASSERT_TRUE(comparison.first) << id;
    EXPECT_EQ(comparison.first->statistic, id);
    EXPECT_EQ(comparison.first->b - comparison.first->a, 1) << id;
  }
}

// Newer fields are stored after the histograms, so a row of an older version is shorter.
TEST(StatFields, OfOlderVersionsKeepTheirPlaces) {
  EXPECT_EQ(key_of_field(0), 2U);
  EXPECT_EQ(key_of_field(first_fields - 1), 11U);
  EXPECT_EQ(exponent_key, 15U);
  EXPECT_EQ(key_of_field(first_fields), 16U);
  const std::string old = R"([[1,"weight",20,5,0.5,1.5,-1,2,3,9,8,6,0,0,0,-7]])";
  const StatsRow row = unpack_stats(old, "").at(0);
  EXPECT_EQ(row.stats.count, 20);
  EXPECT_EQ(row.stats.non_finite, 5);
  EXPECT_EQ(row.stats.mean, 0.5);
  EXPECT_EQ(row.stats.std, 1.5);
  EXPECT_EQ(row.stats.min, -1);
  EXPECT_EQ(row.stats.max, 2);
  EXPECT_EQ(row.stats.norm, 3);
  EXPECT_EQ(row.stats.near_zero, 9);
  EXPECT_EQ(row.stats.near_zero_abs, 8);
  EXPECT_EQ(row.stats.zero, 6);
  EXPECT_EQ(row.stats.values.exponent, -7);
}

}  // namespace
}  // namespace lehr::store_test
