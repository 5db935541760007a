#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> without_samples(const Facts& facts) {
  const std::vector<std::int64_t>& counts = facts.run().class_counts;
  const auto missing = std::ranges::count(counts, 0);
  const auto present = std::ssize(counts) - missing;
  if (missing == 0 || present < 2) return std::nullopt;
  const auto first = static_cast<std::size_t>(std::ranges::find(counts, 0) - counts.begin());
  const std::string name = first < facts.classes() ? facts.run().info.classes[first] : std::to_string(first);
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("{} of {} classes have no training sample, first {}", missing,
                                      counts.size(), printable(name, 40)),
                  .probability = 0.9};
  finding.evidence.push_back({"classes without a training sample", std::to_string(missing), "0"});
  finding.cure.text = "add samples of the class, or remove it";
  return finding;
}

}  // namespace

void register_class_missing(RuleRegistry& registry) {
  registry.add({.info = {.name = "class-missing",
                         .title = "A class has no training samples",
                         .meaning = "The network learns never to say it.",
                         .explains = {"class-never-predicted", "overfitting", "labels-mismatched"}},
                .needs = {Need::batches},
                .find = without_samples});
}

}  // namespace lehr::diagnosis
