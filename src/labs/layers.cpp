#include "labs/layers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "study/moments.hpp"

namespace lehr::labs {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double typical(const std::vector<float>& series, When when) {
  const std::size_t count = std::max<std::size_t>(1, series.size() / 10);
  if (series.empty()) return unknown;
  const std::span<const float> all(series);
  std::vector<double> finite;
  for (const float value : when == When::start ? all.first(count) : all.last(count)) {
    if (std::isfinite(value)) finite.push_back(static_cast<double>(value));
  }
  return finite.empty() ? unknown : study::median_of(finite);
}

std::optional<double> mean_near_zero(const store::RunRecords& run) {
  double sum = 0;
  double layers = 0;
  for (const LayerStats& layer : store::recorded_layers(run).layers) {
    const double share = typical(layer.near_zero_abs(), When::end);
    if (!std::isfinite(share)) continue;
    sum += share;
    ++layers;
  }
  if (layers == 0) return std::nullopt;
  return sum / layers;
}

std::optional<double> dead_share(const store::RunRecords& run) {
  double dead = 0;
  double channels = 0;
  for (const LayerStats& layer : store::recorded_layers(run).layers) {
    dead += static_cast<double>(layer.activation.dead_channels().size());
    channels += static_cast<double>(layer.activation.channel_count());
  }
  if (channels == 0) return std::nullopt;
  return dead / channels;
}

std::vector<std::vector<Curve>> depth_curves(const LabView& view, const StudyResult& result,
                                             const std::vector<LayerNumber>& numbers) {
  std::vector<std::vector<Curve>> all(numbers.size());
  for (std::vector<Curve>& curves : all) {
    for (const StudyVariant& variant : result.spec.variants) curves.push_back({.name = variant.name});
  }
  for (const StudyRun& run : result.runs) {
    const std::vector<LayerStats> layers = store::recorded_layers(view.records(run.id)).layers;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      Curve& curve = all[i][run.variant];
      std::vector<double>& values = curve.runs.emplace_back();
      for (const LayerStats& layer : layers) values.push_back(numbers[i](layer));
      while (curve.x.size() < values.size()) curve.x.push_back(static_cast<double>(curve.x.size() + 1));
    }
  }
  for (std::vector<Curve>& curves : all) {
    for (Curve& curve : curves) {
      for (std::vector<double>& values : curve.runs) values.resize(curve.x.size(), unknown);
    }
  }
  return all;
}

}  // namespace lehr::labs
