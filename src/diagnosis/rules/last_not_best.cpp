#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double loss_of_accuracy = 0.03;  ///< validation accuracy, best minus last

std::optional<Finding> worse_than_before(const Facts& facts) {
  const store::EpochRow* last = facts.last_validated();
  const store::EpochRow* best = last;
  EvidenceChart chart{.title = "validation accuracy by epoch"};
  for (const store::EpochRow& epoch : facts.run().epochs) {
    if (!epoch.valid_accuracy) continue;
    chart.batches.push_back(epoch.epoch);
    chart.values.push_back(*epoch.valid_accuracy);
    if (*epoch.valid_accuracy > best->valid_accuracy.value_or(0)) best = &epoch;
  }
  if (!last->valid_accuracy || facts.run().info.status == store::RunStatus::running) return std::nullopt;
  const double lost = *best->valid_accuracy - *last->valid_accuracy;
  if (lost < loss_of_accuracy) return std::nullopt;
  const bool kept = facts.option("save-best") == "true";
  Finding finding{.severity = kept ? Severity::hint : Severity::warning,
                  .says = fmt::format("the validation accuracy was {} after epoch {} and is {} at the end",
                                      percent_text(*best->valid_accuracy, 1), best->epoch + 1,
                                      percent_text(*last->valid_accuracy, 1)),
                  .probability = 0.8};
  finding.evidence.push_back({"accuracy lost since the best epoch", percent_text(lost, 1),
                              "below " + percent_text(loss_of_accuracy, 0)});
  finding.chart = std::move(chart);
  finding.cure = {.text = "keep the best model, and let the rate end low",
                  .settings = {{"save-best", "true"}}};
  return finding;
}

}  // namespace

void register_last_not_best(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "last-not-best",
                .title = "The last weights are not the best ones",
                .meaning = "An earlier epoch was better by points. The saved model is that of the last "
                           "epoch unless --save-best is given.",
                .explains = {}},
       .needs = {Need::validation},
       .find = worse_than_before});
}

}  // namespace lehr::diagnosis
