#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

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
/// Update over weight from which a training at chance has been thrown there.
constexpr double throwing_update = 0.1;
constexpr double unusual_adaptive_rate = 0.02;
constexpr double unusual_rate = 1;
constexpr std::size_t enough_batches = 30;

/// The layers that a step has changed by much. Of a dead network only the largest step tells.
std::vector<OfLayer> large_steps(const Facts& facts) {
  std::vector<OfLayer> found;
  for (const LayerStats& layer : facts.layers()) {
    double largest = 0;
    for (const float ratio : layer.update_ratio()) {
      if (ratio > largest) largest = ratio;
    }
    if (largest > throwing_update) found.push_back({&layer, largest});
  }
  return found;
}

/// It had learned something early, and lost all of it.
bool lost_all(const Facts& facts, const LossShape& shape) {
  return has_cross_entropy(facts) && shape.lowest < 0.7 * std::min(shape.first, shape.start) &&
         shape.lowest_at <= high_start_share && shape.end > 0.9 * guessing_loss(facts);
}

/// Without records of the steps, only the rate itself tells.
bool has_unusual_rate(const Facts& facts) {
  return !facts.has(Need::gradients) &&
         peak_rate(facts) >= (is_adaptive(facts) ? unusual_adaptive_rate : unusual_rate);
}

/// Ended about where guessing is, after steps that were large: the network was thrown there.
bool thrown_to_chance(const Facts& facts, const LossShape& shape) {
  const double guessing = guessing_loss(facts);
  return has_cross_entropy(facts) && facts.batches().size() >= enough_batches && shape.end > 0.9 * guessing &&
         shape.lowest > 0.75 * guessing && (!large_steps(facts).empty() || has_unusual_rate(facts));
}

bool diverged_late(const Facts& facts, const LossShape& shape) {
  return facts.batches().size() > 50 && shape.peak_at > high_start_share && shape.lowest < 0.7 * shape.first;
}

/// What the loss did, in a sentence; nothing if it did none of it.
std::optional<std::string> what_it_did(const Facts& facts, const LossShape& shape) {
  const auto batches = static_cast<double>(facts.batches().size());
  const bool diverged = facts.run().info.status == store::RunStatus::diverged;
  const bool early = shape.peak > start_rise * shape.first && shape.peak_at <= high_start_share;
  const bool stayed_up = !shape.fell_by(0.3) || shape.peak > huge_rise * shape.first;
  if ((early && stayed_up) || (diverged && !diverged_late(facts, shape))) {
    const auto batch = static_cast<std::int64_t>(std::llround(shape.peak_at * batches));
    return fmt::format("the loss rose from {:.3g} to {:.3g} by batch {}", shape.first, shape.peak, batch);
  }
  if (lost_all(facts, shape)) {
    return fmt::format(
        "the loss had fallen to {:.3g} after {:.0f} % of the training and ended at {:.3g}, which is "
        "that of guessing",
        shape.lowest, 100 * shape.lowest_at, shape.end);
  }
  if (!thrown_to_chance(facts, shape)) return std::nullopt;
  if (large_steps(facts).empty()) {
    return fmt::format("the loss stayed at {:.3g}, which is that of guessing", shape.end);
  }
  const OfLayer most = std::ranges::max(large_steps(facts), {}, &OfLayer::value);
  return fmt::format(
      "the loss stayed at {:.3g}, which is that of guessing, and a step changed the weights of {} by "
      "{:.2g} %",
      shape.end, layer_text(*most.layer), 100 * most.value);
}

std::optional<Finding> high_rate(const Facts& facts) {
  const LossShape shape = loss_shape(facts);
  const std::optional<std::string> did = what_it_did(facts, shape);
  if (!did) return std::nullopt;
  const double rate = peak_rate(facts);
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("{}, at rates up to {:.2g}", *did, rate),
                  .probability = 0.85,
                  .first_batch = 1};
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
