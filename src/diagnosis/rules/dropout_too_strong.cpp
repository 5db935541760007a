#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double strong_dropout_rate = 0.5;  ///< source: UMLAUT (Schoop et al. 2021)
constexpr double dropout_gap = 0.1;          ///< accuracy in evaluation minus accuracy in training

/// Accuracy that the network shows without dropout: of the training set if it was evaluated, else of the
/// validation set.
std::optional<double> without_dropout(const store::EpochRow& epoch) {
  const auto found = epoch.metrics.find("train_eval_accuracy");
  if (found != epoch.metrics.end()) return found->second;
  return epoch.valid_accuracy;
}

std::optional<Finding> strong_dropout(const Facts& facts) {
  const double dropout = facts.number("dropout").value_or(0);
  const store::EpochRow& last = last_epoch(facts);
  const std::optional<double> evaluated = without_dropout(last);
  if (dropout <= strong_dropout_rate || !evaluated) return std::nullopt;
  const double gap = *evaluated - last.train_accuracy;
  const bool learned_nothing = last.train_accuracy < store::collapse_limit(facts.classes());
  if (gap < dropout_gap && !learned_nothing) return std::nullopt;
  Finding finding{
      .severity = gap > 2 * dropout_gap || learned_nothing ? Severity::problem : Severity::warning,
      .says = fmt::format("with a dropout of {:.2g} the training accuracy is {}, and {} without it", dropout,
                          percent_text(last.train_accuracy, 1), percent_text(*evaluated, 1)),
      .probability = 0.8};
  finding.evidence.push_back({"dropout", fmt::format("{:.2g}", dropout), "at most 0.5"});
  finding.cure = {.text = "lower the dropout", .settings = {{"dropout", "0.2"}}};
  return finding;
}

}  // namespace

void register_dropout_too_strong(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "dropout-too-strong",
                .title = "Dropout is too strong",
                .meaning = "So little is left of the features that the network cannot use them together. It "
                           "learns slowly and less than it could.",
                .explains = {"underfitting", "accuracy-at-chance", "label-noise", "network-too-small",
                             "class-never-predicted", "rate-too-low", "labels-mismatched", "dead-layer",
                             "batch-norm-mismatch"}},
       .needs = {Need::validation, Need::end},
       .find = strong_dropout});
}

}  // namespace lehr::diagnosis
