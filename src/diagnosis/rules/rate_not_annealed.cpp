#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double high_end_share = 0.5;  ///< of the highest rate at which the training ends
constexpr std::size_t swinging_epochs = 4;
constexpr double swing_limit =
    0.03;  ///< of the accuracy, from epoch to epoch. Source: AUTOTRAINER (Zhang et al. 2021)

/// The mean size of the changes of the validation accuracy in the second half, if they go up and down.
double late_swing(const Facts& facts) {
  std::vector<double> accuracies;
  for (const store::EpochRow& epoch : facts.run().epochs) {
    if (epoch.valid_accuracy) accuracies.push_back(*epoch.valid_accuracy);
  }
  if (accuracies.size() < swinging_epochs) return 0;
  double down = 0;
  std::size_t count = 0;
  for (std::size_t i = accuracies.size() / 2; i < accuracies.size(); ++i) {
    down += std::max(0.0, accuracies[i - 1] - accuracies[i]);
    ++count;
  }
  return 2 * down / static_cast<double>(count);
}

std::optional<Finding> not_annealed(const Facts& facts) {
  const double peak = peak_rate(facts);
  const double end = facts.batches().back().lr;
  if (facts.run().info.status != store::RunStatus::done || !(end > high_end_share * peak))
    return std::nullopt;
  const double swings = late_swing(facts);
  const bool swinging = swings > swing_limit;
  Finding finding{.severity = swinging ? Severity::warning : Severity::hint,
                  .says = fmt::format("the training ended at a rate of {:.2g}, {} of its highest one{}", end,
                                      percent_text(end / peak, 0),
                                      swinging ? ", and the validation accuracy swings by about " +
                                                     percent_text(swings, 1) + " from epoch to epoch"
                                               : std::string()),
                  .probability = swinging ? 0.8 : 0.4};
  finding.evidence.push_back({"last rate over highest rate", percent_text(end / peak, 0), "below 50 %"});
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "let the rate fall to about 0", .settings = {{"schedule", "one-cycle"}}};
  return finding;
}

}  // namespace

void register_rate_not_annealed(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "rate-not-annealed",
                .title = "The learning rate does not fall at the end",
                .meaning = "At a high rate the weights jump around a minimum. Lowering the rate at the end "
                           "lets them settle, which usually gives a point or more of accuracy.",
                .explains = {"last-not-best", "batch-norm-mismatch"}},
       .needs = {Need::batches},
       .find = not_annealed});
}

}  // namespace lehr::diagnosis
