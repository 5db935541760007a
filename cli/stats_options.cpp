#include "stats_options.hpp"

#include <fmt/format.h>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/report/text.hpp"

namespace lehr::cli {
namespace {

constexpr const char* group = "Statistics";

/// "2%" or "0.02"
double parse_share(const std::string& option, const std::string& text) {
  if (!text.ends_with('%')) return parse_real(option, text, {});
  return parse_real(option, text.substr(0, text.size() - 1), {}) / 100;
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
  app.add_flag("--stats-weight-histograms", stats.weight_histograms,
               "histograms of weights, their gradients and updates too, not their numbers alone")
      ->group(group);
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
  } else if (asked.every != usual.every || !asked.layers.empty() || asked.gradients ||
             asked.weight_histograms || asked.validation || asked.before_activation || !asked.histograms ||
             asked.budget != usual.budget) {
    throw BadInput("options of statistics need --stats");
  }
}

std::string stats_text(const ActivationStats& stats, std::size_t columns) {
  const std::string layers = report::layers_text(stats.layers(), columns);
  if (layers.empty()) return "";
  return layers + fmt::format("\nstatistics of {} layers at {} batches took {:.1f} % of the training time\n",
                              stats.layers().size(), stats.points().size(), 100 * stats.overhead());
}

}  // namespace lehr::cli
