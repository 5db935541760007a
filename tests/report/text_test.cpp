#include "lehr/report/text.hpp"

#include <gtest/gtest.h>

#include "pages/records.hpp"

namespace lehr::report {
namespace {

TEST(RunText, ShowsResultsLayersAndConfusedClasses) {
  const std::string text = run_text(test::made_records({.name = "a run"}), 120);
  for (const char* part :
       {"a run (20260101-120000-0000), done: simple-cnn on digits",
        "validation loss            2.1000  █▂▁  0.7000", "f1_macro", "layer3", "The colourful dimension",
        "statistics took 2.0 % of the training time", "    10  class 0 taken for class 1",
        "balanced accuracy 90.00 %; the lowest of a class\n  90.00 %  class 0, 100 images\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(RunText, OfARunWithoutStatisticsHasNoLayers) {
  const std::string text = run_text(test::made_records({.layers = 0}), 80);
  EXPECT_EQ(text.find("colourful"), std::string::npos);
  EXPECT_NE(text.find("training loss"), std::string::npos);
  EXPECT_EQ(run_text({{.id = "empty"}}, 80), "empty, running:  on \n\n");
}

TEST(RunText, EscapesWhatATerminalWouldObey) {
  store::RunRecords run = test::hostile_records();
  run.layers[0].name = "\x1B[2J";
  const std::string text = run_text(run, 120);
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_NE(text.find("\\x1B[2J"), std::string::npos);
}

TEST(LayersText, ShowsUpdatesIfTheyWereRecorded) {
  const auto with = store::recorded_layers(test::made_records({.gradients = true}));
  const auto without = store::recorded_layers(test::made_records({.gradients = false}));
  EXPECT_NE(layers_text(with.layers, with.points, 120).find("update"), std::string::npos);
  EXPECT_EQ(layers_text(without.layers, without.points, 120).find("update"), std::string::npos);
  EXPECT_EQ(layers_text({}, {}, 120), "");
}

/// A layer over ten batches. The last one differs from the others; the rate falls from 1 to 0.
store::RecordedLayers annealed() {
  store::RecordedLayers recorded;
  recorded.layers.push_back({.info = {.name = "fc", .type = "linear"}});
  LayerStats& layer = recorded.layers.front();
  for (std::int64_t step = 0; step < 10; ++step) {
    const double rate = step < 5 ? 1 : 1e-6;
    recorded.points.push_back({.step = step, .batch = step, .loss = 1, .lr = rate});
    TensorStats activation;
    activation.count = 100;
    activation.mean = step == 9 ? 777 : 2;
    activation.std = 1;
    activation.near_zero = 92;
    activation.near_zero_abs = 5;
    layer.activation.push(activation);
    TensorStats weight;
    weight.count = 10;
    weight.norm = 1;
    layer.weight.push(weight);
    weight.norm = 0.0012 * rate;
    layer.update.push(weight);
  }
  return recorded;
}

TEST(LayersText, NamesDeadChannelsIfChannelsWereCounted) {
  store::RecordedLayers recorded = annealed();
  EXPECT_EQ(layers_text(recorded.layers, recorded.points, 120).find("dead"), std::string::npos);
  StatSeries& series = recorded.layers.front().activation;
  TensorStats stats = series[9];
  stats.channels = {.values = 10, .counts = std::vector<ChannelCounts>(10)};
  const auto text_with = [&] {
    series = {};
    for (int i = 0; i < 10; ++i) series.push(stats);
    return layers_text(recorded.layers, recorded.points, 120);
  };
  EXPECT_NE(text_with().find("the last fifth of the recorded batches): none\n"), std::string::npos);
  stats.channels.counts[3].zero = stats.channels.counts[8].zero = 10;
  EXPECT_NE(text_with().find("layer fc: 2 of 10 channels dead: 3, 8\n"), std::string::npos);
}

TEST(LayersText, JudgesUpdatesAtHighRatesAndTheRestByTheLastFifth) {
  store::RecordedLayers recorded = annealed();
  std::string text = layers_text(recorded.layers, recorded.points, 120);
  EXPECT_NE(text.find(" 0.0012 "), std::string::npos) << text;
  EXPECT_EQ(text.find("1.2e-09"), std::string::npos) << text;
  for (std::int64_t step = 10; step < 20; ++step) {
    recorded.points.push_back({.step = step, .lr = 0});
    for_each_series(recorded.layers.front(), [](store::Watched, StatSeries& series) {
      if (!series.empty()) series.push(series[0]);
    });
  }
  text = layers_text(recorded.layers, recorded.points, 120);
  EXPECT_EQ(text.find("777"), std::string::npos) << text;
}

// The signed share counts every negative value as near zero.
TEST(LayersText, SaysNearZeroOfTheSizeOfValues) {
  const store::RecordedLayers recorded = annealed();
  const std::string text = layers_text(recorded.layers, recorded.points, 120);
  EXPECT_NE(text.find("5.0 %"), std::string::npos) << text;
  EXPECT_EQ(text.find("92.0 %"), std::string::npos) << text;
}

TEST(LayersText, TellsWhatIsNotFiniteFromWhatWasNotMeasured) {
  store::RecordedLayers recorded = annealed();
  LayerStats& layer = recorded.layers.front();
  layer.activation = layer.update = {};
  for (int i = 0; i < 10; ++i) {
    TensorStats broken = no_stats();
    broken.non_finite = 100;
    layer.activation.push(broken);
    layer.update.push(no_stats());
  }
  const std::string text = layers_text(recorded.layers, recorded.points, 120);
  EXPECT_NE(text.find("      nan       nan         nan         -  "), std::string::npos) << text;
}

TEST(LayersText, OfOneBatchOfValidationAloneIsThatBatch) {
  store::RecordedLayers recorded = annealed();
  recorded.points.resize(1);
  recorded.points.front().training = false;
  StatSeries one;
  one.push(recorded.layers.front().activation[9]);
  recorded.layers.front() = {.info = recorded.layers.front().info, .activation = one};
  EXPECT_NE(layers_text(recorded.layers, recorded.points, 120).find("777"), std::string::npos);
}

}  // namespace
}  // namespace lehr::report
