#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> one_label(const Facts& facts) {
  const std::vector<std::int64_t>& counts = facts.run().class_counts;
  const auto present = std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; });
  if (counts.size() < 2 || present != 1) return std::nullopt;
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("all training samples have the same label, of {} classes", counts.size()),
      .probability = 1};
  finding.cure.text = "check how the labels are read";
  return finding;
}

}  // namespace

void register_labels_constant(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "labels-constant",
                .title = "All training samples have the same label",
                .meaning = "There is nothing to learn: the network says the same for every image and is "
                           "always right in training.",
                .explains = symptoms::everything()},
       .needs = {Need::batches},
       .find = one_label});
}

}  // namespace lehr::diagnosis
