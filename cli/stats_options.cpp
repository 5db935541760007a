#include "stats_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/report/spark.hpp"

namespace lehr::cli {
namespace {

constexpr const char* group = "Statistics";

/// "2%" or "0.02"
double parse_share(const std::string& option, const std::string& text) {
  if (!text.ends_with('%')) return parse_real(option, text, {});
  return parse_real(option, text.substr(0, text.size() - 1), {}) / 100;
}

std::string head(const LayerStats& layer) {
  const TensorStats& last = layer.activation[layer.activation.size() - 1];
  return fmt::format("{:<14.14} {:<32.32} {:>9.3g} {:>9.3g} {:>9.1f} %", printable(layer.info.name, 14),
                     printable(layer.info.type, 32), last.mean, last.std, 100 * last.near_zero_share());
}

std::string picture(const LayerStats& layer, std::size_t columns) {
  constexpr std::size_t lines = 8;
  const StatImage image = layer.color_dim();
  return fmt::format("\n{}\n{}", printable(layer.info.name, 60),
                     report::shaded({image.rows, image.columns, image.values}, lines, columns));
}

}  // namespace

void add_stats_options(CLI::App& app, StatsOptions& options) {
  ActivationStatsOptions& stats = options.stats;
  app.add_flag("--stats", options.on, "record every layer's activations, and show them at the end")
      ->group(group);
  add_integer(app, "--stats-every", stats.every, {1}, "batches from one record to the next")->group(group);
  add_parsed(app, "--stats-layers", stats.layers,
             "layers by name, with * and ? for any text and any character",
             [](const std::string&, const std::string& text) { return split_list(text); })
      ->type_name("NAME,...")
      ->group(group);
  app.add_flag("--stats-gradients", stats.gradients, "also gradients, weights and updates")->group(group);
  app.add_flag("--stats-validation", stats.validation, "also batches of the validation set")->group(group);
  app.add_flag("--stats-before-activation", stats.before_activation, "outputs before the activation function")
      ->group(group);
  app.add_flag(
         "--no-histograms", [&stats](std::int64_t) { stats.histograms = false; }, "numbers alone")
      ->group(group);
  add_parsed(app, "--stats-budget", stats.budget,
             "highest share of the training time, such as 2%; recorded less often where it costs more",
             parse_share)
      ->type_name("SHARE")
      ->group(group);
}

void add_stats(Learner& learner, const StatsOptions& options) {
  const ActivationStatsOptions usual;
  const ActivationStatsOptions& asked = options.stats;
  if (options.on) {
    learner.add(ActivationStats(asked));
  } else if (asked.every != usual.every || !asked.layers.empty() || asked.gradients || asked.validation ||
             asked.before_activation || !asked.histograms || asked.budget != usual.budget) {
    throw BadInput("options of statistics need --stats");
  }
}

std::string stats_text(const ActivationStats& stats, std::size_t columns) {
  if (stats.points().empty()) return "";
  const std::size_t width = std::clamp<std::size_t>((std::max<std::size_t>(columns, 80) - 80) / 2, 12, 40);
  std::string text = fmt::format("{:<14} {:<32} {:>9} {:>9} {:>11}  {:<{}}  {}\n", "layer", "", "mean", "std",
                                 "near zero", "std", width, "near zero (0 to 100 %)");
  for (const LayerStats& layer : stats.layers()) {
    text += fmt::format("{}  {}  {}\n", head(layer), report::sparkline(layer.std(), width),
                        report::sparkline(layer.near_zero(), width, 0, 1));
  }
  const bool histograms = stats.layers().front().activation[0].magnitudes != MagnitudeHistogram{};
  if (histograms) {
    text +=
        "\nThe colourful dimension: how many activations are how large (upwards from 0 to 10), batch by "
        "batch.\n";
    for (const LayerStats& layer : stats.layers())
      text += picture(layer, std::min<std::size_t>(columns, 100));
  }
  text += fmt::format("\nstatistics of {} layers at {} batches took {:.1f} % of the training time\n",
                      stats.layers().size(), stats.points().size(), 100 * stats.overhead());
  return text;
}

}  // namespace lehr::cli
