#include <fmt/format.h>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Source of both: DeepDiagnosis (Wardat et al. 2022), which calls such a layer saturated.
constexpr double large_size = 5;
constexpr double large_share = 0.5;

/// The last layer has no part in it, because good scores are large.
std::optional<Finding> large_activations(const Facts& facts) {
  const auto series = [](const LayerStats& layer) { return share_beyond(layer, large_size); };
  std::vector<OfLayer> found =
      those_where(medians(facts, &Facts::late, series), [](double share) { return share > large_share; });
  std::erase_if(found, [&](const OfLayer& one) { return one.layer == &facts.layers().back(); });
  if (found.empty()) return std::nullopt;
  const OfLayer& first = found.front();
  const std::int64_t since = since_batch(facts, series(*first.layer), large_share);
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("{}: {} of its activations are beyond ±{} since batch {}",
                                      layers_are(facts, found, "too large"), percent_text(first.value, 0),
                                      large_size, since),
                  .probability = 0.7,
                  .layer = first.layer->info.name,
                  .first_batch = since};
  for (const OfLayer& one : found) {
    finding.evidence.push_back({fmt::format("activations beyond ±{}, {}", large_size, layer_text(*one.layer)),
                                percent_text(one.value, 1), "at most " + percent_text(large_share, 0)});
  }
  finding.chart = chart_of(facts, "std, " + layer_text(*first.layer), first.layer->std());
  finding.cure = {.text = "use batch norm, or smaller initial weights", .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace

void register_activations_too_large(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "activations-too-large",
                .title = "Activations are too large",
                .meaning = "Large activations make large gradients and unstable steps, and they "
                           "saturate tanh and sigmoid. The input, the initial weights or the rate are "
                           "too large.",
                .explains = symptoms::all_of({{"saturated"}, symptoms::results()})},
       .needs = {Need::layers},
       .find = large_activations});
}

}  // namespace lehr::diagnosis
