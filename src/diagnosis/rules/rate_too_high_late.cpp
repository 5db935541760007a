#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

constexpr double late_start_share = 0.35;  ///< of the training; earlier rises are another rule's
constexpr double had_learned = 0.6;        ///< the loss had fallen to this share of the first one
constexpr double late_rise_factor = 3;     ///< and then rose this many times

/// The largest rise of the smoothed loss after a low, and where it begins.
struct LossRise {
  double low = 0;
  double high = 0;
  double at = 0;  ///< share of the training
};

LossRise largest_rise(const std::vector<double>& losses) {
  LossRise best{1, 1, 0};
  double low = losses.front();
  double smoothed = losses.front();
  for (std::size_t i = 0; i < losses.size(); ++i) {
    smoothed = 0.8 * smoothed + 0.2 * losses[i];  // short, because the rise may be
    const double loss = std::isfinite(smoothed) ? smoothed : 1e9;
    low = std::min(low, loss);
    if (loss / low <= best.high / best.low) continue;
    best = {low, loss, static_cast<double>(i + 1) / static_cast<double>(losses.size())};
  }
  return best;
}

std::optional<Finding> late_rise(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const LossRise found = largest_rise(facts.losses());
  const bool rose = found.high > late_rise_factor * found.low && found.high > 0.7 * shape.first;
  const bool lost_all = has_cross_entropy(facts) && shape.end > 0.9 * guessing_loss(facts);
  if (found.at <= late_start_share || found.low > had_learned * shape.first || !(rose || lost_all)) {
    return std::nullopt;
  }
  const double rate = peak_rate(facts);
  Finding finding{
      .severity = Severity::problem,
      .says = fmt::format("the loss had fallen to {:.3g} and rose to {:.3g} after {:.0f} % of the "
                          "training, at rates up to {:.2g}",
                          found.low, found.high, 100 * found.at, rate),
      .probability = 0.8,
      .first_batch = static_cast<std::int64_t>(found.at * static_cast<double>(facts.losses().size()))};
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "lower the highest rate, or clip the gradient",
                  .settings = {{"lr", rate_text(rate / 3)}}};
  return finding;
}

}  // namespace

void register_rate_too_high_late(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "rate-too-high-late",
                .title = "The learning rate becomes too high",
                .meaning = "The network had learned something and lost it when the rate was high. The "
                           "sharper the minimum, the lower the highest rate that it bears.",
                .explains =
                    symptoms::all_of({symptoms::layers(), symptoms::overflow(), symptoms::results()})},
       .needs = {Need::batches},
       .find = late_rise});
}

}  // namespace lehr::diagnosis
