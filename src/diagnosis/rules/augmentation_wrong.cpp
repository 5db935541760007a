#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double error_needed = 0.05;  ///< share of the validation set that is wrong
constexpr double mutual_share = 0.5;   ///< of all errors, between few pairs of classes in both directions

struct ClassPair {
  std::size_t a = 0;
  std::size_t b = 0;
  std::int64_t errors = 0;  ///< twice the smaller direction
};

/// The pairs that are taken for each other, most errors first.
std::vector<ClassPair> mutual_pairs(const std::vector<std::int64_t>& counts, std::size_t classes) {
  std::vector<ClassPair> pairs;
  for (std::size_t a = 0; a < classes; ++a) {
    for (std::size_t b = a + 1; b < classes; ++b) {
      pairs.push_back({a, b, 2 * std::min(counts[a * classes + b], counts[b * classes + a])});
    }
  }
  std::ranges::sort(pairs, std::greater<>{}, &ClassPair::errors);
  return pairs;
}

bool is_augmented(const Facts& facts) {
  const std::string augment = facts.option("augment");
  return !augment.empty() && augment != "none" && augment != "auto";
}

/// If a change of the picture turns one class into another, the two are taken for each other in both
/// directions, and hardly any others are.
std::optional<Finding> changes_labels(const Facts& facts) {
  const std::size_t classes = facts.classes();
  const std::vector<std::int64_t>& counts = facts.run().confusion->counts;
  if (!is_augmented(facts) || classes < 5 || counts.size() != classes * classes) return std::nullopt;
  std::int64_t all = 0;
  std::int64_t errors = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    all += counts[i];
    if (i / classes != i % classes) errors += counts[i];
  }
  if (static_cast<double>(errors) < error_needed * static_cast<double>(all)) return std::nullopt;
  const std::vector<ClassPair> pairs = mutual_pairs(counts, classes);
  std::int64_t mutual = 0;
  for (std::size_t i = 0; i < classes / 5; ++i) mutual += pairs[i].errors;
  const double share = static_cast<double>(mutual) / static_cast<double>(errors);
  if (share < mutual_share) return std::nullopt;
  const auto name = [&](std::size_t one) { return printable(facts.run().info.classes[one], 40); };
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("{} of all errors take a few pairs of classes for each other, first {} and {}, "
                          "with augmentation",
                          percent_text(share, 0), name(pairs[0].a), name(pairs[0].b)),
      .probability = 0.5};
  finding.evidence.push_back({"share of errors between mutual pairs", percent_text(share, 0),
                              "below " + percent_text(mutual_share, 0)});
  finding.cure = {.text = "leave out flips and rotations that turn one class into another",
                  .settings = {{"augment", "none"}}};
  return finding;
}

}  // namespace

void register_augmentation_wrong(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "augmentation-wrong",
                .title = "Augmentation changes what a picture shows",
                .meaning = "Two classes become one: a mirrored 2 looks like a 5, and a rotated 6 looks like "
                           "a 9. The network then gets the same picture with both labels.",
                .explains = {"underfitting", "label-noise", "last-not-best"}},
       .needs = {Need::confusion},
       .find = changes_labels});
}

}  // namespace lehr::diagnosis
