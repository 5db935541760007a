#include <fmt/format.h>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Update over weight. Source: TheDeepChecker (Ben Braiek and Khomh 2022): 1e-4 to 1e-1.
constexpr double slow_update = 1e-4;

/// Layers that never change are frozen, which is another rule's matter.
std::optional<Finding> small_updates(const Facts& facts) {
  const std::vector<OfLayer> found =
      those_where(update_ratios(facts), [](double ratio) { return ratio > 0 && ratio < slow_update; });
  if (found.empty()) return std::nullopt;
  const OfLayer& first = found.front();
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("{}: a step changes its weights by {:.2g} %",
                                      layers_are(facts, found, "hardly changing"), 100 * first.value),
                  .probability = 0.7,
                  .layer = first.layer->info.name};
  for (const OfLayer& one : found) {
    finding.evidence.push_back({"update over weight, " + layer_text(*one.layer),
                                fmt::format("{:.2g} %", 100 * one.value), "0.01 % or more, good is 0.1 %"});
  }
  finding.chart =
      chart_of(facts, "update over weight, " + layer_text(*first.layer), first.layer->update_ratio());
  finding.cure.text = "raise the rate, so that a step changes the weights by about 0.1 %";
  if (const std::optional<double> rate = facts.number("lr")) {
    finding.cure.settings = {{"lr", fmt::format("{:.1g}", *rate * 0.001 / first.value)}};
  }
  return finding;
}

}  // namespace

void register_updates_too_small(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "updates-too-small",
                .title = "Steps hardly change the weights",
                .meaning = "The learning rate is too low for these layers, or their gradient vanishes. "
                           "Good trainings change the weights by about 0.1 % in a step.",
                .explains = symptoms::results()},
       .needs = {Need::gradients, Need::end},
       .find = small_updates});
}

}  // namespace lehr::diagnosis
