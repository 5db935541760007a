#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double dead_zeros = 0.95;
constexpr double vanished_ratio =
    1e-2;  ///< std of the last hidden layer over that of the first one, at the end

std::optional<Finding> activations_vanish(const Facts& facts) {
  const std::vector<OfLayer> stds =
      medians(facts, &Facts::late, [](const LayerStats& layer) { return layer.std(); });
  if (stds.size() < 3) return std::nullopt;
  const OfLayer& first = stds.front();
  const OfLayer& last = stds[stds.size() - 2];
  const double ratio = last.value / first.value;
  const bool dead = facts.late(last.layer->activation.zero()) >= dead_zeros;  // which is another fault
  if (!(ratio < vanished_ratio) || dead) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("activations vanish: their std falls from {:.2g} in {} to {:.2g} in {}",
                          first.value, layer_text(*first.layer), last.value, layer_text(*last.layer)),
      .probability = 0.85,
      .layer = last.layer->info.name};
  for (const OfLayer& one : stds) {
    finding.evidence.push_back({"std of activations, " + layer_text(*one.layer),
                                fmt::format("{:.2g}", one.value), "of one order through the depth"});
  }
  finding.chart = chart_of(facts, "std, " + layer_text(*last.layer), last.layer->std());
  finding.cure = {.text = "use Kaiming's initial weights, batch norm, or LSUV",
                  .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace

void register_vanishing_activations(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "vanishing-activations",
                .title = "Activations vanish through the depth",
                .meaning = "Each layer makes its input smaller, so the last layers see almost nothing, and "
                           "the gradient on its way back vanishes too.",
                .explains = symptoms::all_of(
                    {{"rate-too-low", "dead-layer", "vanishing-gradients", "updates-too-small"},
                     symptoms::results()})},
       .needs = {Need::layers},
       .find = activations_vanish});
}

}  // namespace lehr::diagnosis
