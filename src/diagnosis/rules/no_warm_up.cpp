#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double spike_factor = 2;       ///< times the first loss, of single batches
constexpr double recovered_share = 0.3;  ///< share of the first loss by which the loss fell in the end

std::optional<Finding> early_spike(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const std::vector<double>& losses = facts.losses();
  const std::size_t early = std::max<std::size_t>(losses.size() / 5, 1);
  const auto highest = std::max_element(losses.begin(), losses.begin() + static_cast<std::ptrdiff_t>(early));
  // A rate that rises from a tenth of its peak or less is a warm-up.
  const bool warmed = facts.batches().front().lr < 0.11 * peak_rate(facts);
  if (warmed || !(*highest > spike_factor * losses.front()) || !shape.fell_by(recovered_share))
    return std::nullopt;
  Finding finding{
      .severity = Severity::warning,
      .says = fmt::format("the loss jumped from {:.3g} to {:.3g} at batch {} and came back, without a "
                          "warm-up",
                          losses.front(), *highest, highest - losses.begin() + 1),
      .probability = 0.7,
      .first_batch = highest - losses.begin() + 1};
  finding.evidence.push_back({"highest early loss over the first one",
                              fmt::format("{:.3g}", *highest / losses.front()),
                              fmt::format("below {}", spike_factor)});
  finding.chart = loss_chart(facts);
  const double epochs = std::max(0.1, 0.1 * static_cast<double>(facts.run().info.epochs));
  finding.cure = {.text = "let the rate rise over the first batches",
                  .settings = {{"warm-up", fmt::format("{:.1g}", epochs)}}};
  return finding;
}

}  // namespace

void register_no_warm_up(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "no-warm-up",
                .title = "The loss jumps at the start, without a warm-up",
                .meaning = "At the initial weights the loss is steep, and the optimizer does not know the "
                           "size of the gradients yet. Full steps from the start can throw the network far "
                           "away.",
                .explains = {"dead-channels", "updates-too-large", "first-loss"}},
       .needs = {Need::batches},
       .find = early_spike});
}

}  // namespace lehr::diagnosis
