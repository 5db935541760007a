#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double early_end = 0.6;        ///< share of the epochs that were asked for
constexpr double still_learning = 0.05;  ///< relative fall of the training loss in the last epoch
constexpr double high_rate_share = 0.3;  ///< of the highest rate, at which it was stopped

std::optional<Finding> stopped_early(const Facts& facts) {
  const store::RunInfo& info = facts.run().info;
  const std::vector<store::EpochRow>& epochs = facts.run().epochs;
  if (!info.reason.starts_with("early_stopping") || epochs.size() < 2) return std::nullopt;
  const auto done = static_cast<double>(epochs.size());
  const double fall = 1 - epochs.back().train_loss / epochs[epochs.size() - 2].train_loss;
  const double rate = facts.batches().back().lr / peak_rate(facts);
  if (done > early_end * info.epochs || (fall < still_learning && rate < high_rate_share))
    return std::nullopt;
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("early stopping ended the training after {} of {} epochs, while the training "
                          "loss fell by {} in the last one and the rate was {} of its highest value",
                          epochs.size(), info.epochs, percent_text(fall, 0), percent_text(rate, 0)),
      .probability = 0.7};
  finding.chart = loss_chart(facts);
  const double patience = facts.number("early-stopping").value_or(3);
  finding.cure = {.text = "wait longer: at a high rate the validation loss goes up and down",
                  .settings = {{"early-stopping", fmt::format("{:.0f}", std::max(5.0, 3 * patience))}}};
  return finding;
}

}  // namespace

void register_early_stopping_early(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "early-stopping-early",
                .title = "Early stopping ended the training too early",
                .meaning = "The training loss still fell, or the rate had not been lowered yet. Schedules "
                           "that end low gain most of their accuracy in the last third.",
                .explains = {"underfitting", "rate-not-annealed", "last-not-best"}},
       .needs = {Need::batches},
       .find = stopped_early});
}

}  // namespace lehr::diagnosis
