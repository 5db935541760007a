#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of the activations of a hidden layer at the start. TheDeepChecker (Ben Braiek and Khomh 2022): 0.5
/// to 2.
constexpr double mostly_zero = 0.8;  ///< a layer that is dead from the start has another fault
constexpr double small_std_at_start = 0.05;

std::optional<Finding> small_start(const Facts& facts) {
  if (!facts.option("weights").empty()) return std::nullopt;  // they come from a training
  std::vector<OfLayer> stds =
      medians(facts, &Facts::first, [](const LayerStats& layer) { return layer.std(); });
  if (stds.size() < 2) return std::nullopt;
  std::vector<OfLayer> found = those_where(stds, [](double std) { return std < small_std_at_start; });
  std::erase_if(
      found, [&](const OfLayer& one) { return !(facts.first(one.layer->activation.zero()) < mostly_zero); });
  // The scores may be small_std_at_start at the start; that alone is good.
  if (found.empty() || (found.size() == 1 && found.front().layer == &facts.layers().back()))
    return std::nullopt;
  const double gain = facts.number("init-gain").value_or(1);
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("at the start {}: its activations have a std of {:.2g}",
                                      layers_are(facts, found, "too small"), found.front().value),
                  .probability = 0.8,
                  .layer = found.front().layer->info.name,
                  .first_batch = 1};
  for (const OfLayer& one : stds) {
    finding.evidence.push_back({"std of activations at the start, " + layer_text(*one.layer),
                                fmt::format("{:.2g}", one.value), "0.5 to 2"});
  }
  finding.chart = chart_of(facts, "std, " + layer_text(*found.front().layer), found.front().layer->std());
  finding.cure = {.text = "use Kaiming's initial weights, LSUV, or batch norm"};
  finding.cure.settings = gain < 1 ? std::vector<std::pair<std::string, std::string>>{{"init-gain", "1"}}
                                   : std::vector<std::pair<std::string, std::string>>{{"init", "lsuv"}};
  return finding;
}

}  // namespace

void register_init_too_small(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "init-too-small",
                .title = "The initial weights are too small",
                .meaning = "Activations shrink from layer to layer. A weight whose input is near zero gets a "
                           "gradient near zero, so the network hardly begins to learn.",
                .explains = symptoms::all_of({symptoms::rates(), symptoms::layers(), symptoms::results()})},
       .needs = {Need::layers},
       .find = small_start});
}

}  // namespace lehr::diagnosis
