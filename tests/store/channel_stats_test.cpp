// Counts of channels in series and in the run store.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "lehr/store/layer_stats.hpp"
#include "store/packed_stats.hpp"
#include "store/run_support.hpp"
#include "store/sqlite.hpp"

namespace lehr::store_test {
namespace {

using namespace store;

/// Counts for 16 channels with 40 values each. The channels in `dead` contain only zeros, and channel 9
/// only values near zero.
TensorStats stats_with_channels(std::int64_t step, const std::vector<std::uint32_t>& dead) {
  TensorStats stats = some_stats(step, 0);
  stats.channels.values = 40;
  for (std::uint32_t channel = 0; channel < 16; ++channel) {
    const bool is_dead = std::ranges::find(dead, channel) != dead.end();
    stats.channels.counts.push_back({.zero = is_dead ? 40U : channel,
                                     .near_zero_abs = is_dead || channel == 9 ? 40U : channel + 3,
                                     .saturated = 16 - channel});
  }
  return stats;
}

LayerStats layer_of(const std::vector<TensorStats>& entries) {
  LayerStats layer{.info = {.name = "conv2"}};
  for (const TensorStats& one : entries) layer.activation.push(one);
  return layer;
}

TEST(DeadChannels, AreZeroInTheLastFifthOfTheBatches) {
  std::vector<TensorStats> entries;
  for (std::int64_t i = 0; i < 8; ++i) entries.push_back(stats_with_channels(i, {}));
  entries.push_back(stats_with_channels(8, {4, 7, 11, 15}));
  entries.push_back(stats_with_channels(9, {2, 4, 7, 11}));
  const LayerStats layer = layer_of(entries);
  EXPECT_EQ(layer.activation.channel_count(), 16U);
  EXPECT_EQ(layer.activation.dead_channels(), (std::vector<std::int64_t>{4, 7, 11}));
  EXPECT_EQ(layer.dead_channels_text(), "layer conv2: 3 of 16 channels dead: 4, 7, 11");
}

TEST(DeadChannels, OfALayerWithoutAnyAreNone) {
  EXPECT_EQ(layer_of({stats_with_channels(0, {})}).dead_channels_text(),
            "layer conv2: 0 of 16 channels dead");
}

TEST(DeadChannels, AreUnknownIfChannelsWereNotCounted) {
  const LayerStats layer = layer_of({some_stats(0, 0), no_stats()});
  EXPECT_EQ(layer.activation.channel_count(), 0U);
  EXPECT_TRUE(layer.activation.dead_channels().empty());
  EXPECT_EQ(layer.dead_channels_text(), "");
}

// A tensor that was not measured in the last batch does not hide the others.
TEST(DeadChannels, ComeFromTheBatchesThatCountedThem) {
  const LayerStats layer = layer_of({stats_with_channels(0, {2}), no_stats(), some_stats(2, 0)});
  EXPECT_EQ(layer.activation.dead_channels(), std::vector<std::int64_t>{2});
}

TEST(ChannelSeries, GiveBackWhatTheyTook) {
  StatSeries series;
  PackedStats batch;
  batch.add(0, Watched::weight, some_stats(0, 0));
  batch.add(1, Watched::activation, stats_with_channels(1, {3}));
  batch.add(2, Watched::activation, stats_with_channels(2, {}));
  PackedStats joined;
  joined.add(9, Watched::activation, stats_with_channels(5, {5}));
  for (const PackedTensor& tensor : batch.tensors()) joined.add(tensor.layer, tensor, batch);
  for (const PackedTensor& tensor : joined.tensors()) series.push(tensor, joined);
  PackedStats direct;
  direct.add(9, Watched::activation, stats_with_channels(5, {5}));
  direct.add(0, Watched::weight, some_stats(0, 0));
  direct.add(1, Watched::activation, stats_with_channels(1, {3}));
  direct.add(2, Watched::activation, stats_with_channels(2, {}));
  EXPECT_EQ(channels_text(joined.tensors()), channels_text(direct.tensors()));
  EXPECT_EQ(joined.channels(), direct.channels());
  ASSERT_EQ(series.size(), 4U);
  EXPECT_EQ(series.channels(0), stats_with_channels(5, {5}).channels);
  EXPECT_TRUE(series.channels(1).empty());
  EXPECT_EQ(series[2].channels, stats_with_channels(1, {3}).channels);
  EXPECT_EQ(series[2].values, stats_with_channels(1, {3}).values);
  series.keep(std::array<std::size_t, 2>{1, 3});
  EXPECT_TRUE(series.channels(0).empty());
  EXPECT_EQ(series.channels(1), stats_with_channels(2, {}).channels);
}

void record(const std::filesystem::path& file) {
  RunWriter writer(file, run_info("a"));
  writer.layers(layer_infos());
  writer.step(step_row(0), {{0, 0, true, 0, Watched::weight, some_stats(0, 0)},
                            {0, 0, true, 0, Watched::activation, stats_with_channels(0, {4, 7})},
                            {0, 0, true, 1, Watched::activation, stats_with_channels(0, {1})}});
  writer.step(step_row(1), stats_rows(1));
  writer.finish({});
}

TEST(ChannelStore, KeepsWhatWasCounted) {
  const TemporaryFolder folder;
  record(folder / "lehr.db");
  const RunRecords run = RunStore(folder / "lehr.db").read("a");
  ASSERT_EQ(run.stats.size(), 5U);
  EXPECT_TRUE(run.stats[0].stats.channels.empty());
  EXPECT_EQ(run.stats[1].stats.channels, stats_with_channels(0, {4, 7}).channels);
  EXPECT_EQ(run.stats[2].stats.channels, stats_with_channels(0, {1}).channels);
  EXPECT_TRUE(run.stats[3].stats.channels.empty()) << "a batch without counts of channels";
  EXPECT_EQ(recorded_layers(run).layers[0].dead_channels_text(), "layer 0: 2 of 16 channels dead: 4, 7");
}

// Each field is a column with the field's counts.
TEST(ChannelStore, HasAColumnForEachField) {
  const TemporaryFolder folder;
  record(folder / "lehr.db");
  const RunStore store(folder / "lehr.db");
  const ChannelStats expected = stats_with_channels(0, {4, 7}).channels;
  for (const ChannelField& field : channel_fields) {
    const std::string name(field.name);
    std::string text;
    std::int64_t one = -1;
    store.query(
        "SELECT counts(" + name + "), count_at(" + name + ", 5), count_at(" + name +
            ", 16) IS NULL FROM channel_stats WHERE layer = 0 AND channels = 16 AND channel_values = 40",
        [&](auto, auto values) {
          text = std::get<std::string>(values[0]);
          one = std::get<std::int64_t>(values[1]);
          EXPECT_EQ(std::get<std::int64_t>(values[2]), 1);
          return true;
        });
    std::string wanted;
    for (const ChannelCounts& counts : expected.counts) {
      wanted += (wanted.empty() ? "[" : ",") + std::to_string(counts.*field.count);
    }
    EXPECT_EQ(text, wanted + "]") << name;
    EXPECT_EQ(one, expected.counts[5].*field.count) << name;
  }
}

TEST(ChannelStore, CountsGoWithTheirRun) {
  const TemporaryFolder folder;
  record(folder / "lehr.db");
  remove_runs(folder / "lehr.db", std::vector<std::string>{"a"});
  EXPECT_EQ(Database(folder / "lehr.db", Access::read).number("SELECT count(*) FROM batch_channels"), 0);
}

TEST(ChannelStore, RefusesDamagedCounts) {
  for (const char* places : {"no JSON", "[1]", "[[0]]", R"([[0,"activation",16,40,99,0,1,2]])",
                             R"([[0,"activation",-1,40,3,0,1,2]])", R"([[0,"activation",16,0,3,0,1,2]])",
                             R"([[7,"activation",16,40,3,0,1,2]])", R"([[0,"activation",16,40,3,2,1,0]])",
                             R"([[0,"activation",16,40,9e99,0,1,2]])"}) {
    const TemporaryFolder folder;
    record(folder / "lehr.db");
    Database(folder / "lehr.db", Access::write)
        .execute("UPDATE batch_channels SET places = '" + std::string(places) + "'");
    const std::string said = bad_input_of([&] { RunStore(folder / "lehr.db").read("a"); });
    EXPECT_NE(said.find("damaged"), std::string::npos) << places << ": " << said;
  }
}

}  // namespace
}  // namespace lehr::store_test
