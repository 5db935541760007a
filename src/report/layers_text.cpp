#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/late_values.hpp"
#include "lehr/core/text.hpp"
#include "lehr/report/spark.hpp"
#include "lehr/report/text.hpp"

namespace lehr::report {
namespace {

/// The batches from which the columns of the table are computed.
struct Places {
  std::vector<std::size_t> late;
  std::vector<std::size_t> high_rate;
};

/// "nan" if the layer's output had no finite value there, "-" if nothing was measured.
std::string number_cell(double value, const StatSeries& series, const char* format) {
  if (!std::isnan(value)) return fmt::format(fmt::runtime(format), value);
  const std::vector<float> damage = series.non_finite();
  return std::ranges::any_of(damage, [](float count) { return count > 0; }) ? "nan" : "-";
}

std::string line(const LayerStats& layer, const Places& places, bool updates, std::size_t width) {
  const StatSeries& series = layer.activation;
  const auto late = [&](const std::vector<float>& values, const char* format, double factor = 1) {
    return number_cell(factor * diagnosis::median_at(places.late, values), series, format);
  };
  std::string text = fmt::format("{:<14.14} {:<26.26} {:>9} {:>9} {:>11}", printable(layer.info.name, 14),
                                 printable(layer.info.type, 26), late(layer.mean(), "{:.3g}"),
                                 late(layer.std(), "{:.3g}"), late(layer.near_zero_abs(), "{:.1f} %", 100));
  if (updates) {
    const double update = diagnosis::median_at(places.high_rate, layer.update_ratio());
    text += fmt::format(" {:>9}", number_cell(update, layer.update, "{:.2g}"));
  }
  return text + fmt::format("  {}  {}\n", sparkline(layer.std(), width),
                            sparkline(layer.near_zero_abs(), width, 0, 1));
}

std::string picture(const LayerStats& layer, std::size_t columns) {
  constexpr std::size_t lines = 8;
  const StatImage image = layer.color_dim();
  return fmt::format("\n{}\n{}", printable(layer.info.name, 60),
                     shaded({image.rows, image.columns, image.values}, lines, columns));
}

bool has_histograms(const LayerStats& layer) {
  return std::ranges::any_of(layer.activation.all(), [](const TensorStats& stats) {
    return stats.magnitudes != MagnitudeHistogram{};
  });
}

/// A line for each layer that has dead channels.
std::string dead_channels(std::span<const LayerStats> layers) {
  std::string lines;
  bool counted = false;
  for (const LayerStats& layer : layers) {
    counted = counted || layer.activation.channel_count() > 0;
    if (!layer.activation.dead_channels().empty()) lines += layer.dead_channels_text() + '\n';
  }
  if (!counted) return "";
  const char* title = "\ndead channels (all values exactly zero in the last fifth of the recorded batches): ";
  return title + (lines.empty() ? std::string("none\n") : "\n" + lines);
}

}  // namespace

std::string layers_text(std::span<const LayerStats> layers, std::span<const store::StepRow> points,
                        std::size_t columns) {
  std::string lines;
  std::string pictures;
  const std::size_t width = std::clamp<std::size_t>((std::max<std::size_t>(columns, 90) - 90) / 2, 10, 40);
  const bool updates =
      std::ranges::any_of(layers, [](const LayerStats& layer) { return !layer.update.empty(); });
  const Places places{diagnosis::last_fifth(points), diagnosis::at_high_rate(points)};
  for (const LayerStats& layer : layers) {
    if (layer.activation.empty()) continue;
    lines += line(layer, places, updates, width);
    if (has_histograms(layer)) pictures += picture(layer, std::min<std::size_t>(columns, 100));
  }
  if (lines.empty()) return "";
  std::string text =
      fmt::format("{:<14} {:<26} {:>9} {:>9} {:>11}{}  {:<{}}  {}\n", "layer", "", "mean", "std", "near zero",
                  updates ? "    update" : "", "std", width, "near zero (0 to 100 %)");
  text += lines;
  text += "mean, std, near zero (at most 0.05 in size): medians of the last fifth of the training\n";
  if (updates)
    text += "update: over the weight, median of the batches at half the peak learning rate or more\n";
  text += dead_channels(layers);
  if (pictures.empty()) return text;
  return text +
         "\nThe colourful dimension: how many activations are how large (upwards from 0 to 10), batch by "
         "batch.\n" +
         pictures;
}

}  // namespace lehr::report
