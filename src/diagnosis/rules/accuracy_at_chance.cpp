#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> guessing(const Facts& facts) {
  const store::EpochRow& last = *facts.last_validated();
  if (!last.valid_accuracy || *last.valid_accuracy >= store::collapse_limit(facts.classes())) {
    return std::nullopt;
  }
  const std::string chance = percent_text(1 / static_cast<double>(facts.classes()), 1);
  const std::string accuracy = percent_text(*last.valid_accuracy, 1);
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("collapsed: a validation accuracy of {} is hardly above the {} of guessing",
                          accuracy, chance),
      .probability = 1};
  finding.evidence.push_back({"validation accuracy", accuracy,
                              "at least " + percent_text(store::collapse_limit(facts.classes()), 1)});
  return finding;
}

}  // namespace

void register_accuracy_at_chance(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "accuracy-at-chance",
                .title = "The network guesses",
                .meaning = "It says about the same for every image. This is a symptom: the rate, the "
                           "initial weights, the input or the labels are wrong.",
                .explains = {}},
       .needs = {Need::validation},
       .find = guessing});
}

}  // namespace lehr::diagnosis
