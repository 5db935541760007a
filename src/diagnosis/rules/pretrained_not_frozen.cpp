#include <fmt/format.h>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double clear_rise =
    0.1;  ///< of the loss, in shares of that of guessing: more than noise of batches
constexpr double pretrained_rise = 1.3;  ///< the highest early loss over the first one

std::optional<Finding> thrown_away(const Facts& facts) {
  if (facts.option("weights").empty()) return std::nullopt;
  const LossShape shape = loss_shape(facts);
  const double rise = shape.peak - shape.first;
  if (shape.peak < pretrained_rise * shape.first || !(rise > clear_rise * guessing_loss(facts)) ||
      shape.peak_at > 0.4) {
    return std::nullopt;
  }
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("the training started from trained weights, and its loss rose from {:.3g} to "
                          "{:.3g} in the first {:.0f} %",
                          shape.first, shape.peak, 100 * shape.peak_at),
      .probability = 0.7};
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "train the new head alone first (Learner::fine_tune), or use a much lower rate",
                  .settings = {{"lr", rate_text(peak_rate(facts) / 10)}}};
  return finding;
}

}  // namespace

void register_pretrained_not_frozen(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "pretrained-not-frozen",
                .title = "Trained weights are thrown away at the start",
                .meaning = "The new last layer sends random gradients into layers that were good. Train it "
                           "alone first, then all layers at low rates.",
                .explains = {"rate-too-high", "no-warm-up"}},
       .needs = {Need::batches},
       .find = thrown_away});
}

}  // namespace lehr::diagnosis
