#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of the activations of a layer at the start. TheDeepChecker (Ben Braiek and Khomh 2022): 0.5 to 2.
constexpr double large_std_at_start = 8;

std::optional<Finding> large_start(const Facts& facts) {
  if (!facts.option("weights").empty()) return std::nullopt;  // they come from a training
  const std::vector<OfLayer> stds =
      medians(facts, &Facts::first, [](const LayerStats& layer) { return layer.std(); });
  const std::vector<OfLayer> found =
      those_where(stds, [](double std) { return !(std <= large_std_at_start); });
  if (found.empty()) return std::nullopt;
  const double gain = facts.number("init-gain").value_or(1);
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("at the start {}: its activations have a std of {:.2g}",
                                      layers_are(facts, found, "too large"), found.front().value),
                  .probability = 0.8,
                  .layer = found.front().layer->info.name,
                  .first_batch = 1};
  for (const OfLayer& one : stds) {
    finding.evidence.push_back({"std of activations at the start, " + layer_text(*one.layer),
                                fmt::format("{:.2g}", one.value), "0.5 to 2"});
  }
  finding.chart = chart_of(facts, "std, " + layer_text(*found.front().layer), found.front().layer->std());
  finding.cure = {.text = "use Kaiming's initial weights, LSUV, or batch norm"};
  finding.cure.settings = gain > 1 ? std::vector<std::pair<std::string, std::string>>{{"init-gain", "1"}}
                                   : std::vector<std::pair<std::string, std::string>>{{"init", "lsuv"}};
  return finding;
}

}  // namespace

void register_init_too_large(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "init-too-large",
                .title = "The initial weights are too large",
                .meaning = "Activations grow from layer to layer. The first loss is far above that of "
                           "guessing, and the first gradients are huge.",
                .explains = symptoms::all_of(
                    {symptoms::rates(), symptoms::layers(), symptoms::overflow(), symptoms::results()})},
       .needs = {Need::layers},
       .find = large_start});
}

}  // namespace lehr::diagnosis
