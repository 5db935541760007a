#include <fmt/format.h>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "run/fields.hpp"

namespace lehr::run {
namespace {

/// The number that "2%" or "0.02" means; nothing if the text is not a number.
std::optional<double> share_of(const std::string& option, const std::string& text) {
  try {
    if (!text.ends_with('%')) return parse_real(option, text, {});
    return parse_real(option, text.substr(0, text.size() - 1), {}) / 100;
  } catch (const BadInput&) {
    return std::nullopt;
  }
}

/// Takes "2%", "0.02" or "off".
ConfigValue parse_budget(const std::string& option, const std::string& text) {
  if (text == "off") return text;
  const std::optional<double> share = share_of(option, text);
  if (share && *share > 0 && *share <= 1) return *share;
  throw BadInput(fmt::format("{} takes a share above 0 and up to 100 %, such as 2% or 0.02, or off; found {}",
                             option, in_quotes(text)));
}

ConfigValue budget_of(const TrainConfig& config) {
  if (!config.stats_budget) return {};
  return *config.stats_budget == 0 ? ConfigValue("off") : ConfigValue(*config.stats_budget);
}

void set_budget(TrainConfig& config, const ConfigValue& value) {
  if (const auto* share = std::get_if<double>(&value)) {
    config.stats_budget = *share;
  } else if (std::holds_alternative<std::string>(value)) {
    config.stats_budget = 0;
  } else {
    config.stats_budget.reset();
  }
}

void needs_stats(ConfigField& field) {
  needs(field, "--stats", [](const TrainConfig& config) { return config.stats; });
}

void needs_snapshots(ConfigField& field) {
  needs(field, "--snapshots", [](const TrainConfig& config) { return !config.snapshots.empty(); });
}

void add_stats(Rows& rows) {
  rows.add("stats", &TrainConfig::stats, "record every layer's activations, and show them at the end");
  rows.add("stats-every", &TrainConfig::stats_every,
           "record one batch in N, with no limit on the cost; 1 records every batch [as many as the budget "
           "allows]",
           [](ConfigField& field) {
             field.integers.least = 1;
             field.unit = "batches";
             needs_stats(field);
           });
  rows.add("stats-layers", &TrainConfig::stats_layers,
           "layers by name, with * and ? for any text and any character", needs_stats);
  rows.add("stats-gradients", &TrainConfig::stats_gradients, "also record gradients, weights and updates",
           needs_stats);
  rows.add("stats-weight-histograms", &TrainConfig::stats_weight_histograms,
           "also record histograms of weights, their gradients and updates", needs_stats);
  rows.add("stats-channels", &TrainConfig::stats_channels,
           "also count zero, near-zero and saturated values of each channel, to find dead ones", needs_stats);
  rows.add("stats-validation", &TrainConfig::stats_validation, "also record batches of the validation set",
           needs_stats);
  rows.add("stats-before-activation", &TrainConfig::stats_before_activation,
           "record the input of the activation function", needs_stats);
  rows.add_negation("no-histograms", &TrainConfig::stats_histograms, "record numbers only", needs_stats);
  rows.add_own("stats-budget", FieldType::real,
               "highest share of the training time that statistics take, such as 2%, by recording fewer "
               "batches; off records every batch [5%, or off with --stats-every]",
               [](ConfigField& field) {
                 field.value_name = "SHARE";
                 field.parse = parse_budget;
                 field.get = budget_of;
                 field.set = set_budget;
                 needs_stats(field);
               });
}

void add_snapshots(Rows& rows) {
  rows.add("snapshots", &TrainConfig::snapshots,
           "samples of the validation set whose activations are saved after epochs, in the run's folder",
           [](ConfigField& field) {
             field.value_name = "I,...";
             needs_saving(field);
           });
  rows.add("snapshots-every", &TrainConfig::snapshots_every, "save them every N epochs",
           [](ConfigField& field) {
             field.integers = {1, most_epochs};
             field.unit = "epochs";
             needs_snapshots(field);
           });
  rows.add("snapshots-layers", &TrainConfig::snapshots_layers, "layers by name, as --stats-layers",
           needs_snapshots);
  rows.add("snapshots-normalised", &TrainConfig::snapshots_normalised,
           "normalise each layer's values to mean 0 and std 1 over the samples", needs_snapshots);
  rows.add("snapshots-maps", &TrainConfig::snapshots_maps, "also save feature maps as PNG", needs_snapshots);
}

}  // namespace

void add_statistics_fields(ConfigTable& table) {
  Rows rows(table, "Statistics");
  add_stats(rows);
  add_snapshots(rows);
}

}  // namespace lehr::run
