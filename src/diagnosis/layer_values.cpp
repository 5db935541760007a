#include "diagnosis/layer_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lehr::diagnosis {

std::vector<OfLayer> medians(const Facts& facts, Median median, const LayerSeries& series) {
  std::vector<OfLayer> values;
  for (const LayerStats& layer : facts.layers()) {
    const double value = (facts.*median)(series(layer));
    if (!std::isnan(value)) values.push_back({&layer, value});
  }
  return values;
}

std::vector<OfLayer> stds(const Facts& facts, Median median) {
  return medians(facts, median, [](const LayerStats& layer) { return layer.std(); });
}

std::vector<OfLayer> gradient_norms(const Facts& facts) {
  return medians(facts, &Facts::late, [](const LayerStats& layer) { return layer.weight_gradient.norm(); });
}

std::vector<OfLayer> update_ratios(const Facts& facts) {
  return medians(facts, &Facts::at_high_rate, [](const LayerStats& layer) { return layer.update_ratio(); });
}

std::vector<OfLayer> those_where(std::vector<OfLayer> all, const std::function<bool(double)>& wanted) {
  std::erase_if(all, [&](const OfLayer& one) { return !wanted(one.value); });
  return all;
}

std::int64_t since_batch(const Facts& facts, const std::vector<float>& values, double limit) {
  const std::vector<store::StepRow>& points = facts.recorded().points;
  std::size_t first = values.size();
  while (first > 0 && !(static_cast<double>(values[first - 1]) < limit)) --first;
  return points[std::min(first, points.size() - 1)].step + 1;
}

std::string layers_are(const Facts& facts, const std::vector<OfLayer>& found, const std::string& what) {
  const std::string first = layer_text(*found.front().layer);
  if (found.size() == 1) return fmt::format("{} is {}", first, what);
  return fmt::format("{} of {} layers are {}, first {}", found.size(), facts.layers().size(), what, first);
}

std::vector<float> share_beyond(const LayerStats& layer, double size) {
  const auto first = static_cast<std::size_t>(size / MagnitudeHistogram::width);
  std::vector<float> shares;
  for (const TensorStats& stats : layer.activation.all()) {
    auto beyond = static_cast<double>(stats.magnitudes.beyond);
    double all = beyond;
    for (std::size_t bin = 0; bin < stats.magnitudes.counts.size(); ++bin) {
      const auto count = static_cast<double>(stats.magnitudes.counts[bin]);
      all += count;
      if (bin >= first) beyond += count;
    }
    shares.push_back(static_cast<float>(beyond / all));  // NaN if there are no values
  }
  return shares;
}

EvidenceChart chart_of(const Facts& facts, const std::string& title, const std::vector<float>& values) {
  EvidenceChart chart{.title = title};
  const std::vector<store::StepRow>& points = facts.recorded().points;
  for (std::size_t i = 0; i < std::min(points.size(), values.size()); ++i) {
    chart.batches.push_back(static_cast<double>(points[i].step));
    chart.values.push_back(static_cast<double>(values[i]));
  }
  return chart;
}

}  // namespace lehr::diagnosis
