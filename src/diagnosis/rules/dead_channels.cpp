#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double many_dead =
    0.5;  ///< share of a layer's channels. Source: Amazon SageMaker Debugger, dead ReLU
constexpr double some_dead = 0.25;

std::optional<Finding> dead_channels_of(const Facts& facts) {
  const LayerStats* worst = nullptr;
  double worst_share = 0;
  for (const LayerStats& layer : facts.layers()) {
    const std::size_t channels = layer.activation.channel_count();
    if (channels < 4) continue;
    const double share =
        static_cast<double>(layer.activation.dead_channels().size()) / static_cast<double>(channels);
    if (share <= worst_share) continue;
    worst_share = share;
    worst = &layer;
  }
  if (worst == nullptr || worst_share < some_dead) return std::nullopt;
  Finding finding{.severity = worst_share < many_dead ? Severity::hint : Severity::warning,
                  .says = worst->dead_channels_text(),
                  .probability = worst_share < many_dead ? 0.4 : 0.7,
                  .layer = worst->info.name,
                  .channels = worst->activation.dead_channels()};
  finding.evidence.push_back(
      {"dead channels, " + layer_text(*worst), percent_text(worst_share, 0), "below 25 %"});
  finding.chart = chart_of(facts, "share of zeros, " + layer_text(*worst), worst->activation.zero());
  finding.cure = {.text = "use a lower rate with a warm-up, batch norm, or a leaky ReLU",
                  .settings = {{"activation", "leaky-relu"}}};
  return finding;
}

}  // namespace

void register_dead_channels(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "dead-channels",
                .title = "Channels are dead",
                .meaning = "A channel that is 0 for all images gets no gradient, so it stays dead. The layer "
                           "works with fewer channels than it has.",
                .explains = {}},
       .needs = {Need::channels},
       .find = dead_channels_of});
}

}  // namespace lehr::diagnosis
