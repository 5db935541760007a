#include <fmt/format.h>

#include <algorithm>

#include "lehr/core/text.hpp"
#include "lehr/report/spark.hpp"
#include "lehr/report/text.hpp"

namespace lehr::report {
namespace {

/// "weight 1.2e-03": the last update over its weight, where it was recorded.
std::string last_update(const LayerStats& layer) {
  if (layer.update.empty()) return "";
  return fmt::format("{:>9.2g}", layer.update_ratio().back());
}

std::string line(const LayerStats& layer, std::size_t width) {
  const TensorStats& last = layer.activation[layer.activation.size() - 1];
  return fmt::format("{:<14.14} {:<26.26} {:>9.3g} {:>9.3g} {:>9.1f} % {}  {}  {}\n",
                     printable(layer.info.name, 14), printable(layer.info.type, 26), last.mean, last.std,
                     100 * last.near_zero_share(), last_update(layer), sparkline(layer.std(), width),
                     sparkline(layer.near_zero(), width, 0, 1));
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

}  // namespace

std::string layers_text(std::span<const LayerStats> layers, std::size_t columns) {
  std::string lines;
  std::string pictures;
  const std::size_t width = std::clamp<std::size_t>((std::max<std::size_t>(columns, 90) - 90) / 2, 10, 40);
  const bool updates =
      std::ranges::any_of(layers, [](const LayerStats& layer) { return !layer.update.empty(); });
  for (const LayerStats& layer : layers) {
    if (layer.activation.empty()) continue;
    lines += line(layer, width);
    if (has_histograms(layer)) pictures += picture(layer, std::min<std::size_t>(columns, 100));
  }
  if (lines.empty()) return "";
  std::string text = fmt::format("{:<14} {:<26} {:>9} {:>9} {:>11} {:>{}}  {:<{}}  {}\n", "layer", "", "mean",
                                 "std", "near zero", updates ? "update" : "", updates ? 9 : 0, "std", width,
                                 "near zero (0 to 100 %)");
  text += lines;
  if (pictures.empty()) return text;
  return text +
         "\nThe colourful dimension: how many activations are how large (upwards from 0 to 10), batch by "
         "batch.\n" +
         pictures;
}

}  // namespace lehr::report
