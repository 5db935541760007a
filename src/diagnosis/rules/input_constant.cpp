#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double distinct_needed = 0.5;

std::optional<Finding> equal_inputs(const Facts& facts) {
  const std::optional<double> distinct = facts.measured("input_distinct");
  const bool constant = facts.measured("input_std") == 0.0;
  if (!constant && (!distinct || *distinct >= distinct_needed)) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = constant ? std::string("all values of the network's input are equal in the first batch")
                       : fmt::format("only {} of the samples of the first batch differ from all others",
                                     percent_text(*distinct, 0)),
      .probability = 0.95,
      .first_batch = 1};
  finding.cure.text = "look at the pictures that the network gets: lehr data show --augmented";
  return finding;
}

}  // namespace

void register_input_constant(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "input-constant",
                .title = "Many inputs are equal",
                .meaning = "The network gets the same picture for many samples, so it cannot tell them "
                           "apart. Reading or preprocessing is broken, or the set holds many copies.",
                .explains = symptoms::everything()},
       .needs = {Need::start},
       .find = equal_inputs});
}

}  // namespace lehr::diagnosis
