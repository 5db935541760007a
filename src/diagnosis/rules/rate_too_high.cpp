#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/layer_values.hpp"
#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// The smoothed loss rose to this many times its first value and did not come back.
constexpr double start_rise = 1.5;
constexpr double huge_rise = 10;
constexpr double high_start_share = 0.35;  ///< of the training; later rises are another rule's
/// Median update over weight at a high rate from which a training at chance has been thrown there.
constexpr double throwing_update = 0.03;

std::vector<OfLayer> large_steps(const Facts& facts) {
  return those_where(
      medians(facts, &Facts::at_high_rate, [](const LayerStats& layer) { return layer.update_ratio(); }),
      [](double ratio) { return ratio > throwing_update; });
}

/// Ended about where guessing is, after steps that were large: the network was thrown there.
bool thrown_to_chance(const Facts& facts, const LossShape& shape) {
  const double guessing = guessing_loss(facts);
  return has_cross_entropy(facts) && shape.end > 0.9 * guessing && !large_steps(facts).empty();
}

std::optional<Finding> high_rate(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const bool diverged = facts.run().info.status == store::RunStatus::diverged;
  const bool rose = shape.peak > start_rise * shape.first && shape.peak_at <= high_start_share &&
                    (!shape.fell_by(0.3) || shape.peak > huge_rise * shape.first);
  const bool thrown = thrown_to_chance(facts, shape);
  if (!rose && !diverged && !thrown) return std::nullopt;
  if (diverged && shape.peak_at > high_start_share && facts.batches().size() > 50 &&
      shape.lowest < 0.7 * shape.first) {
    return std::nullopt;
  }
  const double rate = peak_rate(facts);
  Finding finding{.severity = Severity::problem, .probability = rose || diverged ? 0.9 : 0.7};
  finding.says =
      rose || diverged
          ? fmt::format(
                "the loss rose from {:.3g} to {:.3g} in the first {:.0f} % of the training, at "
                "rates up to {:.2g}",
                shape.first, shape.peak, 100 * shape.peak_at, rate)
          : fmt::format(
                "the loss stayed at {:.3g}, which is that of guessing, while steps changed "
                "weights by up to {:.2g} %, at rates up to {:.2g}",
                shape.end, 100 * std::ranges::max(large_steps(facts), {}, &OfLayer::value).value, rate);
  finding.first_batch = 1;
  finding.evidence.push_back({"highest smoothed loss over the first loss",
                              fmt::format("{:.3g}", shape.peak / shape.first),
                              fmt::format("below {}", start_rise)});
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "lower the rate (lehr find-lr suggests one)",
                  .settings = {{"lr", rate_text(rate / 10)}}};
  return finding;
}

}  // namespace

void register_rate_too_high(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "rate-too-high",
                .title = "The learning rate is too high",
                .meaning = "The first steps throw the weights so far that the loss rises. ReLUs then die, "
                           "or the loss overflows, and the network guesses from then on.",
                .explains = symptoms::all_of({{"rate-too-high-late", "rise-and-collapse", "no-warm-up"},
                                              symptoms::layers(),
                                              symptoms::overflow(),
                                              symptoms::results()})},
       .needs = {Need::batches},
       .find = high_rate});
}

}  // namespace lehr::diagnosis
