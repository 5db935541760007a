#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double far_above = 2.5;  ///< times ln(classes)
constexpr double far_below = 0.5;

std::optional<Finding> far_from_guessing(const Facts& facts) {
  const double chance = facts.chance_loss();
  if (!(chance > 0) || !has_cross_entropy(facts)) return std::nullopt;
  const double first = facts.losses().front();
  const double ratio = first / chance;
  if (ratio <= far_above && ratio >= far_below) return std::nullopt;
  const bool above = ratio > far_above;
  Finding finding{.severity = above ? Severity::warning : Severity::hint,
                  .says = fmt::format("the first loss is {:.3g}, a network that guesses has ln({}) = {:.3g}",
                                      first, facts.classes(), chance),
                  .probability = 0.6,
                  .first_batch = 1};
  finding.evidence.push_back({"first loss over ln(classes)", fmt::format("{:.3g}", ratio),
                              fmt::format("{} to {}", far_below, far_above)});
  finding.chart = loss_chart(facts);
  finding.cure = above
                     ? Cure{.text = "use smaller initial weights in the last layer, or batch norm before it",
                            .settings = {{"init-gain", "0.5"}}}
                     : Cure{.text = "check whether the weights come from a training on the same data"};
  return finding;
}

}  // namespace

void register_first_loss(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "first-loss",
                .title = "The first loss is far from that of guessing",
                .meaning = "An untrained network should be unsure. If its first loss is far above "
                           "ln(classes), its scores are too large: input or initial weights are too large. "
                           "If it is far below, it has seen the data before.",
                .explains = {}},
       .needs = {Need::batches},
       .find = far_from_guessing});
}

}  // namespace lehr::diagnosis
