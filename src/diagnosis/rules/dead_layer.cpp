#include <fmt/format.h>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Share of activations of at most 0.05 in size. TheDeepChecker (Ben Braiek and Khomh 2022): the 95th
/// percentile is about 0.
constexpr double dead_share = 0.95;

std::optional<Finding> dead_layers(const Facts& facts) {
  const auto near_zero = [](const LayerStats& layer) { return layer.near_zero_abs(); };
  const std::vector<OfLayer> found =
      those_where(medians(facts, &Facts::late, near_zero), [](double share) { return share >= dead_share; });
  if (found.empty()) return std::nullopt;
  const OfLayer& first = found.front();
  const std::int64_t since = since_batch(facts, near_zero(*first.layer), dead_share);
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("{}: {} of its activations are near zero since batch {}",
                                      layers_are(facts, found, "dead"), percent_text(first.value, 0), since),
                  .probability = 0.9,
                  .layer = first.layer->info.name,
                  .first_batch = since};
  for (const OfLayer& one : found) {
    finding.evidence.push_back({"activations near zero, " + layer_text(*one.layer),
                                percent_text(one.value, 1), "below " + percent_text(dead_share, 0)});
  }
  finding.chart = chart_of(facts, "share near zero, " + layer_text(*first.layer), near_zero(*first.layer));
  finding.cure = {.text = "use batch norm, or a lower rate with a warm-up",
                  .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace

void register_dead_layer(RuleRegistry& registry) {
  registry.add({.info = {.name = "dead-layer",
                         .title = "A layer is dead",
                         .meaning = "Almost all its activations are near zero, so its weights get almost no "
                                    "gradient. With ReLU this happens if a step was so large that the layer "
                                    "went below zero for all inputs.",
                         .explains = symptoms::all_of(
                             {{"rate-too-low", "dead-channels", "vanishing-gradients", "updates-too-small"},
                              symptoms::results()})},
                .needs = {Need::layers},
                .find = dead_layers});
}

}  // namespace lehr::diagnosis
