#include <vector>

#include "diagnosis/rules.hpp"
#include "diagnosis/std_findings.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of the activations of a hidden layer at the start. TheDeepChecker (Ben Braiek and Khomh 2022): 0.5
/// to 2.
constexpr double small_std_at_start = 0.05;
constexpr double mostly_zero = 0.8;  ///< a layer that is dead from the start has another fault

std::optional<Finding> small_start(const Facts& facts) {
  if (!facts.option("weights").empty()) return std::nullopt;  // they come from a training
  const std::vector<OfLayer> all = stds(facts, &Facts::first);
  std::vector<OfLayer> found = those_where(all, [](double std) { return std < small_std_at_start; });
  std::erase_if(
      found, [&](const OfLayer& one) { return !(facts.first(one.layer->activation.zero()) < mostly_zero); });
  // The scores may be small at the start; that alone is good.
  const bool only_scores = found.size() == 1 && found.front().layer == &facts.layers().back();
  if (all.size() < 2 || found.empty() || only_scores) return std::nullopt;
  return finding_at_start(facts, found, "too small", facts.number("init-gain").value_or(1) < 1);
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
