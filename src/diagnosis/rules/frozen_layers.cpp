#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// The layer has weights, no recorded step changed them, and they got no gradient. A tiny gradient that
/// rounds away is another matter.
bool never_changed(const LayerStats& layer) {
  const auto above_zero = [](float norm) { return norm > 0; };
  return layer.info.parameters > 0 && std::ranges::none_of(layer.update.norm(), above_zero) &&
         std::ranges::none_of(layer.weight_gradient.norm(), above_zero);
}

std::optional<Finding> frozen(const Facts& facts) {
  std::vector<OfLayer> found;
  std::size_t with_weights = 0;
  for (const LayerStats& layer : facts.layers()) {
    with_weights += layer.info.parameters > 0 ? 1 : 0;
    if (never_changed(layer)) found.push_back({&layer, 0});
  }
  if (found.empty()) return std::nullopt;
  const bool pretrained = !facts.option("weights").empty();
  Finding finding{.severity = pretrained ? Severity::hint : Severity::problem,
                  .says = fmt::format("{}: no step changed its weights", layers_are(facts, found, "frozen")),
                  .probability = pretrained ? 0.3 : 0.9,
                  .layer = found.front().layer->info.name};
  finding.evidence.push_back({"layers that never change", std::to_string(found.size()), "0"});
  finding.evidence.push_back({"layers with weights", std::to_string(with_weights), ""});
  finding.cure.text =
      "unfreeze the groups of these layers (Learner::unfreeze), or start from trained weights";
  return finding;
}

}  // namespace

void register_frozen_layers(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "frozen-layers",
                .title = "Layers are frozen",
                .meaning = "Their weights stay as they were initialised, so they compute random features. "
                           "Frozen layers make sense only if their weights come from a training.",
                .explains = symptoms::all_of(
                    {{"updates-too-small", "vanishing-gradients", "rate-too-low"}, symptoms::results()})},
       .needs = {Need::gradients},
       .find = frozen});
}

}  // namespace lehr::diagnosis
