#include "lehr/store/layer_stats.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr {

std::vector<float> LayerStats::update_ratio() const {
  std::vector<float> ratios = update.norm();
  const std::vector<float> weights = weight.norm();
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    ratios[i] = weights[i] > 0 ? ratios[i] / weights[i] : std::numeric_limits<float>::quiet_NaN();
  }
  return ratios;
}

std::string LayerStats::dead_channels_text() const {
  constexpr std::size_t most_named = 20;
  const std::size_t channels = activation.channel_count();
  if (channels == 0) return {};
  const std::vector<std::int64_t> dead = activation.dead_channels();
  std::string text = "layer " + printable(info.name, 60) + ": " + std::to_string(dead.size()) + " of " +
                     counted(channels, "channel") + " dead";
  for (std::size_t i = 0; i < std::min(dead.size(), most_named); ++i) {
    text += (i == 0 ? ": " : ", ") + std::to_string(dead[i]);
  }
  return dead.size() > most_named ? text + ", ..." : text;
}

namespace store {
namespace {

/// Rows of the training batches, in the order of the steps.
std::map<std::int64_t, std::size_t> places_of(const RunRecords& run) {
  std::map<std::int64_t, std::size_t> places;
  for (const StatsRow& row : run.stats) {
    if (row.training) places.emplace(row.step, 0);
  }
  std::size_t next = 0;
  for (auto& [step, place] : places) place = next++;
  return places;
}

}  // namespace

RecordedLayers recorded_layers(const RunRecords& run) {
  const std::map<std::int64_t, std::size_t> places = places_of(run);
  RecordedLayers recorded;
  recorded.points.resize(places.size());
  for (const auto& [step, place] : places) recorded.points[place].step = step;
  for (const StepRow& step : run.steps) {
    const auto found = places.find(step.step);
    if (step.training && found != places.end()) recorded.points[found->second] = step;
  }
  for (const LayerInfo& info : run.layers) recorded.layers.push_back({.info = info});

  // Groups the rows by layer and tensor. An entry without values stands for a batch at which a tensor was not
  // measured.
  using Entries = std::vector<TensorStats>;
  std::map<std::pair<int, Watched>, Entries> entries;
  for (const StatsRow& row : run.stats) {
    if (!row.training) continue;
    Entries& series = entries[{row.layer, row.what}];
    series.resize(places.size(), no_stats());
    series[places.at(row.step)] = row.stats;
  }
  for (LayerStats& layer : recorded.layers) {
    for_each_series(layer, [&](Watched what, StatSeries& series) {
      const auto found = entries.find({layer.info.index, what});
      if (found != entries.end()) series.assign(std::move(found->second));
    });
  }
  return recorded;
}

}  // namespace store
}  // namespace lehr
