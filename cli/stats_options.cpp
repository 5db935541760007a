#include "stats_options.hpp"

#include <fmt/format.h>

#include <optional>

#include "arguments.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/report/text.hpp"

namespace lehr::cli {
namespace {

constexpr const char* group = "Statistics";

/// The number that "2%" or "0.02" means; nothing if the text is no number.
std::optional<double> share_of(const std::string& option, const std::string& text) {
  try {
    if (!text.ends_with('%')) return parse_real(option, text, {});
    return parse_real(option, text.substr(0, text.size() - 1), {}) / 100;
  } catch (const BadInput&) {
    return std::nullopt;
  }
}

/// "2%", "0.02" or "off"
double parse_share(const std::string& option, const std::string& text) {
  if (text == "off") return 0;
  const std::optional<double> share = share_of(option, text);
  if (share && *share > 0 && *share <= 1) return *share;
  throw BadInput(fmt::format("{} takes a share above 0 and up to 100 %, such as 2% or 0.02, or off; found {}",
                             option, in_quotes(text)));
}

}  // namespace

void add_stats_options(const Command& app, StatsOptions& options) {
  ActivationStatsOptions& stats = options.stats;
  app.flag("--stats", options.on, "record every layer's activations, and show them at the end").group(group);
  add_parsed(app, "--stats-every", stats.every,
             "record one batch in N, with no limit on the cost; 1 records every batch [as many as the budget "
             "allows]",
             [](const std::string& option, const std::string& text) {
               return parse_integer(option, text, {.least = 1});
             })
      .type_name("N")
      .group(group);
  add_parsed(app, "--stats-layers", stats.layers,
             "layers by name, with * and ? for any text and any character",
             [](const std::string&, const std::string& text) { return split_list(text); })
      .type_name("NAME,...")
      .group(group);
  app.flag("--stats-gradients", stats.gradients, "also record gradients, weights and updates").group(group);
  app.flag("--stats-weight-histograms", stats.weight_histograms,
           "also record histograms of weights, their gradients and updates")
      .group(group);
  app.flag("--stats-channels", stats.channels,
           "also count zero, near-zero and saturated values of each channel, to find dead ones")
      .group(group);
  app.flag("--stats-validation", stats.validation, "also record batches of the validation set").group(group);
  app.flag("--stats-before-activation", stats.before_activation,
           "record the input of the activation function")
      .group(group);
  app.flag(
         "--no-histograms", [&stats] { stats.histograms = false; }, "record numbers only")
      .group(group);
  add_parsed(
      app, "--stats-budget", stats.budget,
      "highest share of the training time that statistics take, such as 2%, by recording fewer batches; off "
      "records every batch [5%, or off with --stats-every]",
      parse_share)
      .type_name("SHARE")
      .group(group);
}

void add_stats(Learner& learner, const StatsOptions& options) {
  const ActivationStatsOptions usual;
  const ActivationStatsOptions& asked = options.stats;
  if (options.on) {
    learner.add(ActivationStats(asked));
  } else if (asked.every != usual.every || !asked.layers.empty() || asked.gradients ||
             asked.weight_histograms || asked.channels || asked.validation || asked.before_activation ||
             !asked.histograms || asked.budget != usual.budget) {
    throw BadInput("options of statistics need --stats");
  }
}

std::string recorded_text(const ActivationStats& stats) {
  if (stats.budget() == 0 || stats.records() == 0 || stats.records() == stats.batches()) return "";
  const double interval = static_cast<double>(stats.batches()) / static_cast<double>(stats.records());
  const std::string what = interval < 1.5 ? fmt::format("{} of {} batches", stats.records(), stats.batches())
                                          : fmt::format("1 batch in {:.0f}", interval);
  return fmt::format("recorded {} to stay under {:.3g} %", what, 100 * stats.budget());
}

std::string stats_text(const ActivationStats& stats, std::size_t columns) {
  const std::string layers = report::layers_text(stats.layers(), stats.points(), columns);
  if (layers.empty()) return "";
  std::string text = layers + fmt::format("\nstatistics of {} at {} took {:.1f} % of the training time",
                                          counted(stats.layers().size(), "layer"),
                                          counted(stats.points().size(), "batch"), 100 * stats.overhead());
  if (const std::string recorded = recorded_text(stats); !recorded.empty()) text += "; " + recorded;
  return text + "\n";
}

}  // namespace lehr::cli
