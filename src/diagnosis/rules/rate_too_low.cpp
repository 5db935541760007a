#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double little_fall = 0.35;  ///< share of the first loss by which it fell
constexpr double small_step = 6e-4;   ///< median update over weight; 0.1 % is good
/// Rates that are low for any network, if nothing is known of the updates.
constexpr double low_adaptive_rate = 3e-5;
constexpr double low_rate = 3e-4;

/// The median over layers of update over weight; NaN without records of it.
double typical_update(const Facts& facts) {
  std::vector<OfLayer> all = update_ratios(facts);
  std::erase_if(all, [](const OfLayer& one) { return !(one.value > 0); });
  if (all.empty()) return std::nan("");
  std::ranges::sort(all, {}, &OfLayer::value);
  return all[all.size() / 2].value;
}

/// It fell, slowly and steadily.
bool falls_slowly(const LossShape& shape) {
  return !shape.fell_by(little_fall) && shape.end < shape.middle && shape.middle < 1.02 * shape.start;
}

/// It is far from its end and still falls.
bool falls_still(const LossShape& shape) {
  return shape.end > 0.3 * shape.start && shape.end < 0.93 * shape.middle;
}

std::optional<Finding> low_rate_of(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const double rate = peak_rate(facts);
  const double update = typical_update(facts);
  const bool known = !std::isnan(update);
  const bool small = known ? update < small_step : rate < (is_adaptive(facts) ? low_adaptive_rate : low_rate);
  const bool slow = falls_slowly(shape);
  if (!small || rate == 0 || shape.peak > 1.2 * shape.start || !(slow || (known && falls_still(shape)))) {
    return std::nullopt;
  }
  Finding finding{.severity = slow ? Severity::problem : Severity::warning,
                  .says = fmt::format(
                      "the loss fell only from {:.3g} to {:.3g} and still falls, at rates up to "
                      "{:.2g}{}",
                      shape.first, shape.end, rate,
                      !known ? "" : fmt::format("; a step changes the weights by {:.2g} %", 100 * update)),
                  .probability = !known ? 0.6 : 0.85};
  finding.evidence.push_back({"share of the first loss by which it fell",
                              fmt::format("{:.0f} %", 100 * (1 - shape.end / shape.first)),
                              "more than 35 %"});
  finding.chart = loss_chart(facts);
  const double factor = !known ? 30 : std::clamp(2e-3 / update, 3.0, 1000.0);
  finding.cure = {.text = "raise the rate (lehr find-lr suggests one)",
                  .settings = {{"lr", rate_text(rate * factor)}}};
  return finding;
}

}  // namespace

void register_rate_too_low(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "rate-too-low",
                .title = "The learning rate is too low",
                .meaning = "The loss falls slowly and steadily, and steps hardly change the weights. The "
                           "same training with a higher rate gets further.",
                .explains = symptoms::all_of({{"updates-too-small"}, symptoms::results()})},
       .needs = {Need::batches, Need::end},
       .find = low_rate_of});
}

}  // namespace lehr::diagnosis
