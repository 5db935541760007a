#include "report/layer_health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "report/late_values.hpp"

namespace lehr::report {
namespace {

using store::RecordedLayers;
using store::StepRow;

/// A value of one layer.
struct OfLayer {
  const LayerStats* layer = nullptr;
  double value = 0;
};

std::string named(const OfLayer& of) { return "layer " + printable(of.layer->info.name, 40); }

/// The layers whose late median of a series is a number.
std::vector<OfLayer> late_medians(const RecordedLayers& recorded, const std::vector<std::size_t>& places,
                                  const std::function<std::vector<float>(const LayerStats&)>& series) {
  std::vector<OfLayer> values;
  for (const LayerStats& layer : recorded.layers) {
    const double value = median_at(places, series(layer));
    if (!std::isnan(value)) values.push_back({&layer, value});
  }
  return values;
}

std::vector<OfLayer> those_where(std::vector<OfLayer> all, const std::function<bool(double)>& wanted) {
  std::erase_if(all, [&](const OfLayer& one) { return !wanted(one.value); });
  return all;
}

/// The batch, counted from 1, from which the values stay at or above a limit.
std::int64_t since_batch(const std::vector<StepRow>& points, const std::vector<float>& values, double limit) {
  std::size_t first = values.size();
  while (first > 0 && !(static_cast<double>(values[first - 1]) < limit)) --first;
  return points[std::min(first, points.size() - 1)].step + 1;
}

/// "layer 3 is dead: ..."; of several layers "2 of 5 layers are dead, first layer 3: ...".
std::string stated(const std::vector<OfLayer>& found, std::size_t layers, const std::string& is) {
  if (found.size() == 1) return fmt::format("{} is {}", named(found.front()), is);
  return fmt::format("{} of {} layers are {}, first {}", found.size(), layers, is, named(found.front()));
}

std::string dead(const RecordedLayers& recorded, const HealthThresholds& limits) {
  const auto series = [](const LayerStats& layer) { return layer.near_zero_abs(); };
  const auto found = those_where(late_medians(recorded, last_fifth(recorded.points), series),
                                 [&](double share) { return share >= limits.dead; });
  if (found.empty()) return "";
  return fmt::format("{}: {} of its activations are near zero since batch {}",
                     stated(found, recorded.layers.size(), "dead"), percent_text(found.front().value, 0),
                     since_batch(recorded.points, series(*found.front().layer), limits.dead));
}

std::string not_finite(const RecordedLayers& recorded) {
  for (std::size_t i = 0; i < recorded.points.size(); ++i) {
    for (const LayerStats& layer : recorded.layers) {
      const std::vector<float> counts = layer.activation.non_finite();
      if (i >= counts.size() || !(counts[i] > 0)) continue;
      return fmt::format("layer {} has activations that are not finite since batch {}",
                         printable(layer.info.name, 40), recorded.points[i].step + 1);
    }
  }
  return "";
}

/// The share of the values of each batch that are beyond a size; NaN without histograms.
std::vector<float> share_beyond(const LayerStats& layer, double size) {
  const auto first = static_cast<std::size_t>(size / MagnitudeHistogram::width);
  std::vector<float> shares;
  for (const TensorStats& stats : layer.activation.all()) {
    double all = static_cast<double>(stats.magnitudes.beyond);
    double beyond = all;
    for (std::size_t bin = 0; bin < stats.magnitudes.counts.size(); ++bin) {
      const auto count = static_cast<double>(stats.magnitudes.counts[bin]);
      all += count;
      if (bin >= first) beyond += count;
    }
    shares.push_back(static_cast<float>(beyond / all));  // NaN if there are no values
  }
  return shares;
}

/// The last layer has no part in it, because good scores are large.
std::string too_large(const RecordedLayers& recorded, const HealthThresholds& limits) {
  const auto series = [&](const LayerStats& layer) { return share_beyond(layer, limits.large_size); };
  auto found = those_where(late_medians(recorded, last_fifth(recorded.points), series),
                           [&](double share) { return share > limits.large; });
  std::erase_if(found, [&](const OfLayer& one) { return one.layer == &recorded.layers.back(); });
  if (found.empty()) return "";
  return fmt::format("{}: {} of its activations are beyond ±{} since batch {}",
                     stated(found, recorded.layers.size(), "too large"), percent_text(found.front().value, 0),
                     limits.large_size,
                     since_batch(recorded.points, series(*found.front().layer), limits.large));
}

std::string gradients(const RecordedLayers& recorded, const HealthThresholds& limits) {
  const auto norms = late_medians(recorded, last_fifth(recorded.points),
                                  [](const LayerStats& layer) { return layer.weight_gradient.norm(); });
  if (norms.size() < 2) return "";
  const double first = norms.front().value;
  const double ratio = first / norms.back().value;
  if (ratio < limits.vanishing_ratio && first < limits.vanishing_norm) {
    return fmt::format("gradients vanish: {} has a norm of {:.2g}, {:.2g} times that of the last layer",
                       named(norms.front()), first, ratio);
  }
  if (ratio <= limits.exploding_ratio || !std::isfinite(ratio)) return "";
  return fmt::format("gradients explode: that of {} is {:.3g} times that of the last layer",
                     named(norms.front()), ratio);
}

std::string updates(const RecordedLayers& recorded, const HealthThresholds& limits) {
  const auto ratios = late_medians(recorded, at_high_rate(recorded.points),
                                   [](const LayerStats& layer) { return layer.update_ratio(); });
  const auto fast = those_where(ratios, [&](double ratio) { return ratio > limits.fast_update; });
  const auto slow =
      those_where(ratios, [&](double ratio) { return ratio > 0 && ratio < limits.slow_update; });
  if (fast.empty() && slow.empty()) return "";
  const std::vector<OfLayer>& found = fast.empty() ? slow : fast;
  return fmt::format(
      "{}: a step changes its weights by {:.2g} %",
      stated(found, recorded.layers.size(), fast.empty() ? "hardly changing" : "changing too fast"),
      100 * found.front().value);
}

std::pair<double, double> range_of(const std::vector<OfLayer>& values) {
  const auto [least, most] = std::ranges::minmax_element(values, {}, &OfLayer::value);
  return {least->value, most->value};
}

}  // namespace

std::vector<std::string> problems_of_layers(const RecordedLayers& recorded, const HealthThresholds& limits) {
  std::vector<std::string> problems;
  for (const std::string& problem :
       {not_finite(recorded), dead(recorded, limits), too_large(recorded, limits),
        gradients(recorded, limits), updates(recorded, limits)}) {
    if (!problem.empty()) problems.push_back(problem);
  }
  return problems;
}

std::string healthy_layers(const RecordedLayers& recorded) {
  const std::vector<std::size_t> late = last_fifth(recorded.points);
  const auto stds = late_medians(recorded, late, [](const LayerStats& layer) { return layer.std(); });
  const auto near_zero =
      late_medians(recorded, late, [](const LayerStats& layer) { return layer.near_zero_abs(); });
  if (stds.empty() || near_zero.empty()) return "";
  const auto [least_std, most_std] = range_of(stds);
  const auto [least, most] = range_of(near_zero);
  const std::string who =
      stds.size() == 1 ? "its recorded layer has" : fmt::format("all {} recorded layers have", stds.size());
  return fmt::format("{} std {:.2g} to {:.2g} and near-zero {:.0f} to {:.0f} %", who, least_std, most_std,
                     100 * least, 100 * most);
}

}  // namespace lehr::report
