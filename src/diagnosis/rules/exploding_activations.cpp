#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double exploded_ratio =
    100;  ///< std of the last hidden layer over that of the first one, at the end

std::optional<Finding> activations_explode(const Facts& facts) {
  const std::vector<OfLayer> stds =
      medians(facts, &Facts::late, [](const LayerStats& layer) { return layer.std(); });
  if (stds.size() < 3) return std::nullopt;
  const OfLayer& first = stds.front();
  const OfLayer& last = stds[stds.size() - 2];
  const double ratio = last.value / first.value;
  if (!(ratio > exploded_ratio) || !std::isfinite(ratio)) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("activations explode: their std rises from {:.2g} in {} to {:.2g} in {}",
                          first.value, layer_text(*first.layer), last.value, layer_text(*last.layer)),
      .probability = 0.85,
      .layer = last.layer->info.name};
  finding.chart = chart_of(facts, "std, " + layer_text(*last.layer), last.layer->std());
  finding.cure = {.text = "use Kaiming's initial weights, batch norm, or LSUV",
                  .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace

void register_exploding_activations(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "exploding-activations",
                .title = "Activations explode through the depth",
                .meaning = "Each layer makes its input larger. The scores and the gradients become huge, and "
                           "the first steps throw the weights away.",
                .explains = symptoms::all_of({{"activations-too-large", "exploding-gradients", "saturated",
                                               "overflow-ahead", "updates-too-large"},
                                              symptoms::overflow(),
                                              symptoms::results()})},
       .needs = {Need::layers},
       .find = activations_explode});
}

}  // namespace lehr::diagnosis
