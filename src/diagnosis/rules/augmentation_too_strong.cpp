#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double augmentation_gap =
    0.2;                                ///< accuracy of plain training pictures minus that of augmented ones
constexpr double little_learned = 0.2;  ///< of the way from guessing to perfect
constexpr double low_accuracy = 0.7;    ///< training accuracy below which the gap costs something

/// MixUp and CutMix lower the training accuracy by design.
std::optional<Finding> strong_augmentation(const Facts& facts) {
  const std::string augment = facts.option("augment");
  if (augment.empty() || augment == "none" || augment == "auto") return std::nullopt;
  if (facts.number("mixup") || facts.number("cutmix")) return std::nullopt;
  const store::EpochRow& last = last_epoch(facts);
  const auto found = last.metrics.find("train_eval_accuracy");
  const double plain = found != last.metrics.end() ? found->second : last.valid_accuracy.value_or(0);
  const double gap = plain - last.train_accuracy;
  const double chance = 1 / static_cast<double>(facts.classes());
  const bool guesses = last.train_accuracy < chance + little_learned * (1 - chance);
  if ((gap < augmentation_gap && !guesses) || last.train_accuracy > low_accuracy) return std::nullopt;
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("the network gets {} of the augmented training pictures right, and {} of plain "
                          "ones",
                          percent_text(last.train_accuracy, 1), percent_text(plain, 1)),
      .probability = guesses ? 0.5 : 0.6};
  finding.evidence.push_back({"accuracy of plain pictures minus that of augmented ones", percent_text(gap, 1),
                              "below " + percent_text(augmentation_gap, 0)});
  finding.cure = {.text = "use a weaker augmentation (lehr data show --augmented shows it)",
                  .settings = {{"augment", "light"}}};
  return finding;
}

}  // namespace

void register_augmentation_too_strong(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "augmentation-too-strong",
                .title = "Augmentation is too strong",
                .meaning = "The augmented pictures are so different from plain ones that the network spends "
                           "its time on pictures that it will never see.",
                .explains = {"underfitting", "label-noise", "network-too-small", "labels-mismatched",
                             "accuracy-at-chance", "class-never-predicted", "batch-norm-mismatch"}},
       .needs = {Need::validation, Need::end},
       .find = strong_augmentation});
}

}  // namespace lehr::diagnosis
