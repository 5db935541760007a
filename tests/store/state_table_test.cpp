// Tables in checkpoints, as bytes that anyone may have written.
#include "lehr/store/state_table.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lehr/store/stat_series.hpp"
#include "store/run_support.hpp"

namespace lehr::store_test {
namespace {

StateTable some_table() {
  StateTable table;
  table.add("step", StateTable::Integers{1, -2, std::numeric_limits<std::int64_t>::min()});
  table.add("loss", StateTable::Reals{0.5, -0.0, std::numeric_limits<double>::infinity()});
  table.add("counts", StateTable::Bytes{"", std::string("a\0b", 3), "\xFF"});
  return table;
}

TEST(StateTable, ComesBackFromBytes) {
  const StateTable read = StateTable::from_bytes(some_table().to_bytes());
  EXPECT_EQ(read.rows(), 3U);
  EXPECT_EQ(read.integers("step"), some_table().integers("step"));
  EXPECT_EQ(read.reals("loss"), some_table().reals("loss"));
  EXPECT_TRUE(std::signbit(read.reals("loss")[1]));
  EXPECT_EQ(read.bytes("counts"), some_table().bytes("counts"));
  EXPECT_TRUE(read.has("loss"));
  EXPECT_FALSE(read.has("lr"));
  EXPECT_EQ(read.to_bytes(), some_table().to_bytes());
  EXPECT_EQ(StateTable::from_bytes(StateTable().to_bytes()).rows(), 0U);
}

/// The format of version 1, byte by byte, as the header describes it.
TEST(StateTable, HasTheFormatThatIsDescribed) {
  StateTable table;
  table.add("n", StateTable::Integers{258});
  table.add("t", StateTable::Bytes{"xy"});
  table.add("x", StateTable::Reals{1});
  std::string expected = "lehrtbl1";
  const auto word = [](unsigned low, unsigned next = 0) {
    return std::string{static_cast<char>(low), static_cast<char>(next), 0, 0, 0, 0, 0, 0};
  };
  expected += word(1) + word(3);
  expected += "i" + word(1) + "n" + word(2, 1);
  expected += "b" + word(1) + "t" + word(2) + "xy";
  expected += "r" + word(1) + "x" + std::string("\0\0\0\0\0\0\xF0\x3F", 8);
  EXPECT_EQ(table.to_bytes(), expected);
}

TEST(StateTable, SaysWhatIsMissing) {
  const StateTable table = some_table();
  EXPECT_EQ(bad_input_of([&] { table.reals("lr"); }), "a saved table has no column \"lr\"");
  EXPECT_EQ(bad_input_of([&] { table.integers("loss"); }),
            "the column \"loss\" of a saved table does not hold integers");
  EXPECT_EQ(bad_input_of([&] { table.bytes("step"); }),
            "the column \"step\" of a saved table does not hold bytes");
  StateTable twice = some_table();
  EXPECT_THROW(twice.add("loss", StateTable::Reals{1, 2, 3}), Error);
  EXPECT_THROW(twice.add("lr", StateTable::Reals{1, 2}), Error);
}

std::string refusal(const std::string& bytes) {
  return bad_input_of([&] { StateTable::from_bytes(bytes); });
}

TEST(StateTable, RefusesBytesThatAreCutAnywhere) {
  const std::string whole = some_table().to_bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string said = refusal(whole.substr(0, size));
    EXPECT_EQ(said, size < 7    ? "a saved table was expected, found other bytes"
                    : size == 7 ? "a saved table is of a format that this version does not know"
                                : "a saved table is cut")
        << size;
  }
  EXPECT_EQ(refusal(whole + "x"), "a saved table has bytes behind its end");
}

// Sizes beyond the available bytes cause no allocation.
TEST(StateTable, RefusesSizesThatAreTooLarge) {
  const std::string whole = some_table().to_bytes();
  for (std::size_t at = 8; at + 8 <= whole.size(); ++at) {
    for (const int byte : {0x7F, 0xFF}) {
      std::string damaged = whole;
      std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), 8, static_cast<char>(byte));
      try {
        StateTable::from_bytes(damaged);  // what it reads may be other numbers
      } catch (const BadInput& error) {
        EXPECT_NE(std::string(error.what()).find("saved table"), std::string::npos);
      }
    }
  }
}

TEST(StateTable, RefusesWhatItDoesNotKnow) {
  std::string other = some_table().to_bytes();
  other[7] = '2';
  EXPECT_EQ(refusal(other), "a saved table is of a format that this version does not know");
  std::string type = some_table().to_bytes();
  type[24] = 'x';
  EXPECT_EQ(refusal(type), "the column \"step\" of a saved table has an unknown type");
  StateTable one;
  one.add("a", StateTable::Integers{1});
  one.add("b", StateTable::Integers{2});
  std::string twice = one.to_bytes();
  twice[twice.rfind('b')] = 'a';
  EXPECT_EQ(refusal(twice), "a saved table has two columns \"a\"");
}

/// Statistics with all parts.
TensorStats full_stats(int i) {
  TensorStats stats = some_stats(i, i);
  for (std::uint32_t channel = 0; channel < 5; ++channel) {
    stats.channels.counts.push_back(
        {.zero = channel * 3, .near_zero_abs = 20 + channel, .saturated = channel});
  }
  stats.channels.values = 30;
  return stats;
}

TEST(StatSeriesTable, GivesBackTheSeries) {
  StatSeries series;
  for (int i = 0; i < 4; ++i) series.push(i == 2 ? no_stats() : full_stats(i));
  StatSeries read;
  read.assign(StateTable::from_bytes(series.to_table().to_bytes()));
  ASSERT_EQ(read.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    for (const StatField& field : stat_fields) {
      const double expected = field.value(series[i]);
      const double found = field.value(read[i]);
      EXPECT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected))) << field.name;
    }
    EXPECT_EQ(read[i].magnitudes, series[i].magnitudes);
    EXPECT_EQ(read[i].values, series[i].values);
    EXPECT_EQ(read[i].channels, series[i].channels);
  }
  EXPECT_EQ(read.to_table().to_bytes(), series.to_table().to_bytes());
}

TEST(StatSeriesTable, HasAColumnForEachField) {
  StatSeries series;
  series.push(full_stats(1));
  const StateTable table = series.to_table();
  for (const StatField& field : stat_fields) EXPECT_TRUE(table.has(field.name)) << field.name;
}

// A table of an older version lacks newer fields.
TEST(StatSeriesTable, NeedsNoFieldThatAnOlderVersionDidNotWrite) {
  StatSeries series;
  series.push(full_stats(1));
  const StateTable whole = series.to_table();
  StateTable older;
  for (const char* name : {"exponent", "channels", "channel_values"}) older.add(name, whole.integers(name));
  for (const char* name : {"magnitudes", "values", "channel_counts"}) older.add(name, whole.bytes(name));
  older.add("mean", whole.reals("mean"));
  StatSeries read;
  read.assign(older);
  EXPECT_EQ(read[0].mean, series[0].mean);
  EXPECT_TRUE(std::isnan(read[0].std));
}

TEST(StatSeriesTable, RefusesDamagedCounts) {
  StatSeries series;
  series.push(full_stats(1));
  const StateTable whole = series.to_table();
  const auto with = [&](const std::string& changed, const std::string& bytes) {
    StateTable table;
    for (const StatField& field : stat_fields) {
      if (field.number != nullptr) {
        table.add(std::string(field.name), whole.reals(field.name));
      } else {
        table.add(std::string(field.name), whole.integers(field.name));
      }
    }
    for (const std::string name : {"exponent", "channels", "channel_values"})
      table.add(name, whole.integers(name));
    for (const std::string name : {"magnitudes", "values", "channel_counts"}) {
      table.add(name, name == changed ? StateTable::Bytes{bytes} : whole.bytes(name));
    }
    return bad_input_of([&] { StatSeries().assign(table); });
  };
  for (const std::string& bytes : {std::string("\x01"), std::string("\xFF\xFF"), std::string("\0\0", 2)}) {
    EXPECT_NE(with("magnitudes", bytes).find("recorded histogram"), std::string::npos);
    EXPECT_NE(with("values", bytes).find("recorded histogram"), std::string::npos);
    EXPECT_NE(with("channel_counts", bytes).find("recorded"), std::string::npos);
  }
  EXPECT_EQ(with("channel_counts", "\x7F\x01\x01\x01\x01"), "recorded counts of channels are damaged")
      << "more than values";
}

}  // namespace
}  // namespace lehr::store_test
