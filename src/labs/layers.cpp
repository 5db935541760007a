#include "labs/layers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lehr::labs {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double median_of(std::vector<float> values) {
  std::erase_if(values, [](float value) { return !std::isfinite(value); });
  if (values.empty()) return unknown;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

}  // namespace

double typical(const std::vector<float>& series, When when) {
  const std::size_t count = std::max<std::size_t>(1, series.size() / 10);
  if (series.empty()) return unknown;
  const auto from = when == When::start ? series.begin() : series.end() - static_cast<std::ptrdiff_t>(count);
  return median_of({from, from + static_cast<std::ptrdiff_t>(count)});
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

Curve depth_curve(const LabView& view, const StudyResult& result, std::size_t variant,
                  const LayerNumber& number) {
  Curve curve{.name = result.spec.variants[variant].name};
  std::size_t deepest = 0;
  for (const StudyRun& run : result.runs) {
    if (run.variant != variant) continue;
    std::vector<double> numbers;
    for (const LayerStats& layer : store::recorded_layers(view.records(run.id)).layers) {
      numbers.push_back(number(layer));
    }
    deepest = std::max(deepest, numbers.size());
    curve.runs.push_back(std::move(numbers));
  }
  for (std::size_t i = 0; i < deepest; ++i) curve.x.push_back(static_cast<double>(i + 1));
  for (std::vector<double>& run : curve.runs) run.resize(deepest, unknown);
  return curve;
}

}  // namespace lehr::labs
