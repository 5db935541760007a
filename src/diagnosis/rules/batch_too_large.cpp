#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::size_t few_steps = 60;
constexpr double still_falling = 0.05;  ///< relative fall of the loss in the second half, per tenth of it
constexpr double far_above_noise = 8;   ///< batch size over the noise scale

std::optional<double> noise_scale(const Facts& facts) {
  for (auto epoch = facts.run().epochs.rbegin(); epoch != facts.run().epochs.rend(); ++epoch) {
    if (const auto found = epoch->metrics.find("noise_scale_smoothed"); found != epoch->metrics.end())
      return found->second;
  }
  return std::nullopt;
}

/// The batch with which the training would make about 500 steps.
std::int64_t better_size(std::int64_t size, std::size_t steps) {
  const double factor = static_cast<double>(steps) / 500;
  return std::max<std::int64_t>(16, static_cast<std::int64_t>(static_cast<double>(size) * factor));
}

std::optional<Finding> too_few_steps(const Facts& facts) {
  const auto accumulate = static_cast<std::int64_t>(facts.number("accumulate").value_or(1));
  const std::int64_t size = facts.run().info.batch_size * std::max<std::int64_t>(accumulate, 1);
  const std::size_t steps =
      facts.batches().size() / static_cast<std::size_t>(std::max<std::int64_t>(accumulate, 1));
  const LossShape shape = loss_shape(facts);
  const std::optional<double> noise = noise_scale(facts);
  const bool few = facts.run().info.status == store::RunStatus::done && size >= 128 && steps < few_steps &&
                   shape.end < (1 - still_falling) * shape.middle && !shape.fell_by(0.8);
  const bool above_noise =
      noise && static_cast<double>(size) > far_above_noise * *noise && !shape.fell_by(0.8);
  if (!few && !above_noise) return std::nullopt;
  Finding finding{.severity = Severity::warning, .probability = 0.7};
  finding.says = few ? fmt::format("the training made only {} with batches of {}, and the loss still fell",
                                   counted(steps, "step"), size)
                     : fmt::format("a batch has {} images, {:.1f} times the noise scale of {:.0f}", size,
                                   static_cast<double>(size) / *noise, *noise);
  finding.evidence.push_back({"steps", std::to_string(steps), "some hundred"});
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "use smaller batches, or more epochs and a higher rate",
                  .settings = {{"batch-size", std::to_string(better_size(size, steps))}}};
  if (accumulate > 1) finding.cure.settings = {{"accumulate", "1"}};
  return finding;
}

}  // namespace

void register_batch_too_large(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "batch-too-large",
                .title = "Batches are too large",
                .meaning = "An epoch has so few steps that the weights cannot move far. Above the gradient "
                           "noise scale (McCandlish et al. 2018), doubling the batch hardly makes a step "
                           "better.",
                .explains = {"underfitting", "updates-too-large", "updates-too-small", "rate-too-low",
                             "accuracy-at-chance", "class-never-predicted", "batch-norm-mismatch"}},
       .needs = {Need::batches, Need::end},
       .find = too_few_steps});
}

}  // namespace lehr::diagnosis
