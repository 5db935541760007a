#include <vector>

#include "diagnosis/rules.hpp"
#include "diagnosis/std_findings.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// Std of the activations of a layer at the start. TheDeepChecker (Ben Braiek and Khomh 2022): 0.5 to 2.
constexpr double large_std_at_start = 8;

std::optional<Finding> large_start(const Facts& facts) {
  if (!facts.option("weights").empty()) return std::nullopt;  // they come from a training
  const std::vector<OfLayer> found =
      those_where(stds(facts, &Facts::first), [](double std) { return !(std <= large_std_at_start); });
  if (found.empty()) return std::nullopt;
  return finding_at_start(facts, found, "too large", facts.number("init-gain").value_or(1) > 1);
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
