// Several ActivationStats watch one training with different settings, and the recorder keeps the
// records of all.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "callbacks/support.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/core/error.hpp"
#include "lehr/store/run_store.hpp"

namespace lehr {
namespace {

using store::Watched;
using test::small_learner;
using test::TestFolder;
using test::weights_of;

const std::map<std::string, ActivationStatsOptions>& some_options() {
  static const std::map<std::string, ActivationStatsOptions> all{
      {"numbers", {.every = 1, .layers = {"3", "6"}, .histograms = false, .channels = true}},
      {"few", {.every = 2, .layers = {"3", "9"}, .gradients = true}},
      {"validation", {.every = 1, .layers = {"0"}, .histograms = false, .validation = true}}};
  return all;
}

void expect_equal(const StatSeries& found, const StatSeries& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const StatField& field : stat_fields) {
      const double a = field.value(found[i]);
      const double b = field.value(expected[i]);
      EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << field.name;
    }
    EXPECT_EQ(found[i].magnitudes, expected[i].magnitudes);
    EXPECT_EQ(found[i].values, expected[i].values);
    EXPECT_EQ(found[i].channels, expected[i].channels);
  }
}

TEST(ManyStats, EachRecordsWhatItRecordsAlone) {
  const auto together = small_learner();
  for (const auto& [label, options] : some_options()) together->add(ActivationStats(options), label);
  together->fit(2, 1e-3);
  EXPECT_EQ(together->all_callbacks<ActivationStats>().size(), 3U);
  for (const auto& [label, options] : some_options()) {
    SCOPED_TRACE(label);
    const auto alone = small_learner();
    alone->add(ActivationStats(options));
    alone->fit(2, 1e-3);
    EXPECT_EQ(weights_of(*together), weights_of(*alone));
    const auto& found = together->callback<ActivationStats>(label);
    const auto& expected = alone->callback<ActivationStats>();
    ASSERT_EQ(found.points().size(), expected.points().size());
    EXPECT_EQ(found.records(), expected.records());
    ASSERT_EQ(found.layers().size(), expected.layers().size());
    for (std::size_t i = 0; i < found.layers().size(); ++i) {
      const LayerStats& layer = expected.layers()[i];
      EXPECT_EQ(found.layers()[i].info.name, layer.info.name);
      for_each_series(layer, [&](Watched what, const StatSeries& series) {
        for_each_series(found.layers()[i], [&](Watched other, const StatSeries& of_other) {
          if (what == other) expect_equal(of_other, series);
        });
      });
    }
  }
}

TEST(ManyStats, TheRecorderKeepsWhatAnyOfThemRecords) {
  const TestFolder folder;
  const auto learner = small_learner();
  for (const auto& [label, options] : some_options()) learner->add(ActivationStats(options), label);
  learner->add(RunRecorder({.store = folder / "lehr.db", .id = "a", .pictures = false}));
  learner->fit(1, 1e-3);
  const store::RunRecords run = store::RunStore(folder / "lehr.db").read("a");
  std::vector<std::string> names;
  for (const store::LayerInfo& layer : run.layers) names.push_back(layer.name);
  EXPECT_EQ(names, (std::vector<std::string>{"0", "3", "6", "9"}));
  EXPECT_EQ(run.layers[1].inputs, std::vector<int>{0});
  EXPECT_TRUE(run.layers[3].forward_seconds) << "the one that has timed it says so";
  std::map<std::pair<bool, std::int64_t>, std::set<std::pair<std::string, Watched>>> found;
  for (const store::StatsRow& row : run.stats) {
    const std::string& name = run.layers.at(static_cast<std::size_t>(row.layer)).name;
    const bool is_new =
        found[{row.training, row.training ? row.step : row.batch}].insert({name, row.what}).second;
    EXPECT_TRUE(is_new) << name << " is recorded once";
    const bool of_few = name == "3" || name == "9";
    EXPECT_EQ(row.stats.magnitudes != MagnitudeHistogram{},
              of_few && row.step % 2 == 0 && row.what <= Watched::activation_gradient)
        << name << " " << row.step;
    const bool also_of_few = name == "3" && row.step % 2 == 0;
    EXPECT_EQ(row.stats.channels.empty(),
              !row.training || name == "0" || name == "9" || also_of_few || row.what != Watched::activation)
        << name << " " << row.step;
  }
  ASSERT_EQ(found.size(), 5U + 2U);
  for (const auto& [place, tensors] : found) {
    const auto& [training, step] = place;
    const std::size_t of_few = training && step % 2 == 0 ? 2 * 5 : 0;  // both layers with all their tensors
    const std::size_t of_numbers = training ? 2 - (of_few > 0 ? 1 : 0) : 0;
    EXPECT_EQ(tensors.size(), of_few + of_numbers + 1) << training << " " << step;
  }
}

TEST(ManyStats, SinksEndWithWhatListenReturns) {
  const auto learner = small_learner();
  auto& stats = learner->add(ActivationStats({.every = 1}));
  int first = 0;
  int second = 0;
  auto listening = stats.listen([&](const auto&, const auto&) { ++first; });
  const auto other = stats.listen([&](const auto&, const auto&) { ++second; });
  learner->fit(1, 1e-3);
  listening.reset();
  learner->fit(1, 1e-3);
  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 10);
  EXPECT_THROW(static_cast<void>(stats.listen({})), BadInput);
}

}  // namespace
}  // namespace lehr
