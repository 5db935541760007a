#include <fmt/format.h>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double repeat_excess = 0.3;  ///< of equal neighbours over what chance gives

std::optional<Finding> in_order(const Facts& facts) {
  const std::optional<double> repeats = facts.measured("label_repeats");
  const double expected = facts.measured("label_repeats_expected").value_or(1);
  if (!repeats || *repeats < expected + repeat_excess) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("{} of neighbouring training samples have the same label; a shuffled order has {}",
                          percent_text(*repeats, 0), percent_text(expected, 0)),
      .probability = 0.95,
      .first_batch = 1};
  finding.evidence.push_back(
      {"neighbours with the same label", percent_text(*repeats, 1), percent_text(expected, 1)});
  finding.cure.text =
      "shuffle the training samples in each epoch (the sampler \"random\", which is the default)";
  return finding;
}

}  // namespace

void register_not_shuffled(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "not-shuffled",
                .title = "The training samples are not shuffled",
                .meaning = "Batches hold samples of one class, so each step pulls the network towards the "
                           "class at hand, and it forgets the ones before.",
                .explains = symptoms::all_of({symptoms::rates(), symptoms::layers(), symptoms::results()})},
       .needs = {Need::start},
       .find = in_order});
}

}  // namespace lehr::diagnosis
