#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double evaluation_gap = 0.05;  ///< accuracy of the training set, in training minus evaluated

/// The same pictures with the same weights, only batch norm takes its statistics from elsewhere.
std::optional<Finding> evaluates_worse(const Facts& facts) {
  const store::EpochRow& last = last_epoch(facts);
  const auto evaluated = last.metrics.find("train_eval_accuracy");
  if (evaluated == last.metrics.end()) return std::nullopt;
  const double gap = last.train_accuracy - evaluated->second;
  if (gap < evaluation_gap) return std::nullopt;
  Finding finding{
      .severity = gap > 2 * evaluation_gap ? Severity::problem : Severity::warning,
      .says = fmt::format("on the training set the network gets {} right in training and {} in "
                          "evaluation",
                          percent_text(last.train_accuracy, 1), percent_text(evaluated->second, 1)),
      .probability = 0.8};
  finding.evidence.push_back({"accuracy in training minus accuracy in evaluation, training set",
                              percent_text(gap, 1), "below " + percent_text(evaluation_gap, 0)});
  finding.cure = {
      .text =
          "use larger batches or a lower rate at the end, so that the running statistics of batch "
          "norm fit the weights",
      .settings = {{"schedule", "one-cycle"}}};
  return finding;
}

}  // namespace

void register_batch_norm_mismatch(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "batch-norm-mismatch",
                .title = "The running statistics of batch norm do not fit",
                .meaning = "In training, batch norm uses the batch; in evaluation, running means. If "
                           "batches are tiny, sorted or few, or the weights change fast until the end, "
                           "the running means belong to another network.",
                .explains = {"accuracy-at-chance", "last-not-best", "class-never-predicted"}},
       .needs = {Need::training_eval, Need::end},
       .find = evaluates_worse});
}

}  // namespace lehr::diagnosis
