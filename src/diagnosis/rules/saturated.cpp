#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of tanh's values from which most of them are near its ends (the limit is 1), and of sigmoid's (0.5).
/// TheDeepChecker (Ben Braiek and Khomh 2022) calls a mean distance of 0.85 of the way saturated.
constexpr double tanh_limit = 0.85;
constexpr double sigmoid_limit = 0.42;

std::optional<Finding> saturated_layers(const Facts& facts) {
  const std::string activation = facts.option("activation");
  const bool tanh = activation == "tanh";
  if (!tanh && activation != "sigmoid") return std::nullopt;
  std::vector<OfLayer> found = those_where(
      stds(facts, &Facts::late), [&](double std) { return std > (tanh ? tanh_limit : sigmoid_limit); });
  std::erase_if(found, [&](const OfLayer& one) { return one.layer == &facts.layers().back(); });
  if (found.empty()) return std::nullopt;
  const OfLayer& first = found.front();
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("{}: its values have a std of {:.2g}, so most are near the ends of {}",
                                      layers_are(facts, found, "saturated"), first.value, activation),
                  .probability = 0.8,
                  .layer = first.layer->info.name};
  for (const OfLayer& one : found) {
    finding.evidence.push_back({"std of activations, " + layer_text(*one.layer),
                                fmt::format("{:.2g}", one.value),
                                fmt::format("below {}", tanh ? tanh_limit : sigmoid_limit)});
  }
  finding.chart = chart_of(facts, "std, " + layer_text(*first.layer), first.layer->std());
  finding.cure = {.text = "use ReLU, smaller initial weights, or batch norm",
                  .settings = {{"activation", "relu"}}};
  return finding;
}

}  // namespace

void register_saturated(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "saturated",
                .title = "Tanh or sigmoid is saturated",
                .meaning = "Near its ends the function is flat, so the gradient of the layers before it is "
                           "almost 0.",
                .explains = symptoms::all_of(
                    {{"rate-too-low", "vanishing-gradients", "updates-too-small"}, symptoms::results()})},
       .needs = {Need::layers},
       .find = saturated_layers});
}

}  // namespace lehr::diagnosis
