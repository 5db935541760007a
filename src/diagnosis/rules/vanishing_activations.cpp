#include "diagnosis/rules.hpp"
#include "diagnosis/std_findings.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double dead_zeros = 0.95;
/// Std of the last hidden layer over that of the first one, at the end.
constexpr double vanished_ratio = 1e-2;

std::optional<Finding> activations_vanish(const Facts& facts) {
  const std::optional<StdThroughDepth> change = std_through_depth(facts);
  if (!change || !(change->ratio < vanished_ratio)) return std::nullopt;
  if (facts.late(change->last.layer->activation.zero()) >= dead_zeros) return std::nullopt;  // another fault
  return finding_through_depth(facts, *change, "activations vanish: their std falls");
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
