#include <cmath>

#include "diagnosis/rules.hpp"
#include "diagnosis/std_findings.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of the last hidden layer over that of the first one, at the end.
constexpr double exploded_ratio = 100;

std::optional<Finding> activations_explode(const Facts& facts) {
  const std::optional<StdThroughDepth> change = std_through_depth(facts);
  if (!change || !(change->ratio > exploded_ratio) || !std::isfinite(change->ratio)) return std::nullopt;
  return finding_through_depth(facts, *change, "activations explode: their std rises");
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
