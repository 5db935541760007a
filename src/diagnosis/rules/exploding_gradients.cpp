#include <fmt/format.h>

#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// The first layer's gradient over that of the last one. Source: AUTOTRAINER (Zhang et al. 2021).
constexpr double exploding_ratio = 70;

std::optional<Finding> exploding(const Facts& facts) {
  const std::vector<OfLayer> norms = gradient_norms(facts);
  if (norms.size() < 2) return std::nullopt;
  const OfLayer& first = norms.front();
  const double ratio = first.value / norms.back().value;
  if (!(ratio > exploding_ratio) || !std::isfinite(ratio)) return std::nullopt;
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("gradients explode: that of {} is {:.3g} times that of the last layer",
                                      layer_text(*first.layer), ratio),
                  .probability = 0.8,
                  .layer = first.layer->info.name};
  finding.chart = chart_of(facts, "norm of the weight gradient, " + layer_text(*first.layer),
                           first.layer->weight_gradient.norm());
  finding.cure = {.text = "use batch norm, smaller initial weights, or clip the gradient",
                  .settings = {{"clip-norm", "1"}}};
  return finding;
}

}  // namespace

void register_exploding_gradients(RuleRegistry& registry) {
  registry.add({.info = {.name = "exploding-gradients",
                         .title = "Gradients explode through the depth",
                         .meaning = "The gradient grows from the last layer to the first one. Each step then "
                                    "throws the first layers far away. Initial weights that are too large do "
                                    "this.",
                         .explains = symptoms::all_of(
                             {{"updates-too-large"}, symptoms::overflow(), symptoms::results()})},
                .needs = {Need::gradients},
                .find = exploding});
}

}  // namespace lehr::diagnosis
