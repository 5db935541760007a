#include <fmt/format.h>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Of the first layer's gradient: over that of the last one, and by itself. Both must be below. Source:
/// AUTOTRAINER (Zhang et al. 2021).
constexpr double vanishing_ratio = 1e-3;
constexpr double vanishing_norm = 1e-4;

std::optional<Finding> vanishing(const Facts& facts) {
  const std::vector<OfLayer> norms = gradient_norms(facts);
  if (norms.size() < 2) return std::nullopt;
  const OfLayer& first = norms.front();
  const double ratio = first.value / norms.back().value;
  if (!(ratio < vanishing_ratio) || !(first.value < vanishing_norm)) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("gradients vanish: {} has a norm of {:.2g}, {:.2g} times that of the last "
                          "layer",
                          layer_text(*first.layer), first.value, ratio),
      .probability = 0.9,
      .layer = first.layer->info.name};
  for (const OfLayer& one : norms) {
    finding.evidence.push_back({"norm of the weight gradient, " + layer_text(*one.layer),
                                fmt::format("{:.2g}", one.value), "of one order through the depth"});
  }
  finding.chart = chart_of(facts, "norm of the weight gradient, " + layer_text(*first.layer),
                           first.layer->weight_gradient.norm());
  finding.cure = {
      .text = "use batch norm, ReLU with Kaiming's initial weights, or shortcuts (--model resnet18)",
      .settings = {{"batch-norm", "true"}}};
  return finding;
}

}  // namespace

void register_vanishing_gradients(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "vanishing-gradients",
                .title = "Gradients vanish through the depth",
                .meaning = "The first layers get almost no gradient, so they do not learn. Initial "
                           "weights that are too small, tanh or sigmoid in a deep network, and dead "
                           "layers do this.",
                .explains = symptoms::all_of({{"rate-too-low", "updates-too-small"}, symptoms::results()})},
       .needs = {Need::gradients},
       .find = vanishing});
}

}  // namespace lehr::diagnosis
