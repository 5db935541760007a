#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

/// Share of the way from guessing to perfect that the training accuracy went. AUTOTRAINER (Zhang et al. 2021)
/// calls a best accuracy below 0.6 slow.
constexpr double hardly_any_way = 0.15;
constexpr double little_way = 0.5;

std::optional<Finding> learns_little(const Facts& facts) {
  const std::size_t classes = facts.classes();
  if (classes < 2 || facts.run().info.status != store::RunStatus::done) return std::nullopt;
  const store::EpochRow& last = last_epoch(facts);
  const double chance = 1 / static_cast<double>(classes);
  const double accuracy = std::max(last.train_accuracy, last.valid_accuracy.value_or(0));
  const double way = (accuracy - chance) / (1 - chance);
  if (way >= little_way) return std::nullopt;
  Finding finding{.severity = way < hardly_any_way ? Severity::warning : Severity::hint,
                  .says = fmt::format("the training accuracy is only {} after {}",
                                      percent_text(last.train_accuracy, 1), counted(last.epoch + 1, "epoch")),
                  .probability = 0.5};
  finding.evidence.push_back(
      {"way from guessing to perfect, training set", percent_text(way, 0), "more than 50 %"});
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "train longer, or use a larger network or a higher rate",
                  .settings = {{"epochs", std::to_string(2 * facts.run().info.epochs)}}};
  return finding;
}

}  // namespace

void register_underfitting(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "underfitting",
                .title = "The network does not even learn the training set",
                .meaning = "If no other cause is found: the training was too short, the network is too "
                           "small, or the pictures do not show what the labels say.",
                .explains = {"class-never-predicted"}},
       .needs = {Need::validation},
       .find = learns_little});
}

}  // namespace lehr::diagnosis
