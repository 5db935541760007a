#include <fmt/format.h>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Update over weight. Source: TheDeepChecker (Ben Braiek and Khomh 2022): 1e-4 to 1e-1.
constexpr double fast_update = 0.1;

std::optional<Finding> large_updates(const Facts& facts) {
  const std::vector<OfLayer> found =
      those_where(update_ratios(facts), [](double ratio) { return ratio > fast_update; });
  if (found.empty()) return std::nullopt;
  const OfLayer& first = found.front();
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("{}: a step changes its weights by {:.2g} %",
                                      layers_are(facts, found, "changing too fast"), 100 * first.value),
                  .probability = 0.8,
                  .layer = first.layer->info.name};
  for (const OfLayer& one : found) {
    finding.evidence.push_back({"update over weight, " + layer_text(*one.layer),
                                fmt::format("{:.2g} %", 100 * one.value), "at most 10 %, good is 0.1 %"});
  }
  finding.chart =
      chart_of(facts, "update over weight, " + layer_text(*first.layer), first.layer->update_ratio());
  finding.cure.text = "lower the rate, so that a step changes the weights by about 0.1 %";
  if (const std::optional<double> rate = facts.number("lr")) {
    finding.cure.settings = {{"lr", fmt::format("{:.1g}", *rate * 0.01 / first.value)}};
  }
  return finding;
}

}  // namespace

void register_updates_too_large(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "updates-too-large",
                .title = "Steps change the weights too much",
                .meaning = "The learning rate is too high for these layers, or their initial weights "
                           "are too small. Good trainings change the weights by about 0.1 % in a step.",
                .explains = symptoms::all_of({{"dead-layer", "dead-channels", "activations-too-large"},
                                              symptoms::overflow(),
                                              symptoms::results()})},
       .needs = {Need::gradients},
       .find = large_updates});
}

}  // namespace lehr::diagnosis
