#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/loss_shape.hpp"
#include "diagnosis/rules.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::int64_t tiny_batch = 4;

std::optional<Finding> tiny_batches(const Facts& facts) {
  const std::int64_t size = facts.run().info.batch_size;
  const double accumulate = facts.number("accumulate").value_or(1);
  if (size <= 0 || size > tiny_batch || accumulate > 1) return std::nullopt;
  const LossShape shape = loss_shape(facts);
  const bool poor = !shape.fell_by(0.6);
  Finding finding{.severity = poor ? Severity::warning : Severity::hint,
                  .says = fmt::format("batches of {} make noisy steps{}", size,
                                      poor ? fmt::format(", and the loss fell only from {:.3g} to {:.3g}",
                                                         shape.first, shape.end)
                                           : std::string()),
                  .probability = poor ? 0.6 : 0.4};
  finding.chart = loss_chart(facts);
  finding.cure = {.text = "use larger batches, or accumulate gradients, or lower the rate",
                  .settings = {{"batch-size", "32"}}};
  return finding;
}

}  // namespace

void register_batch_too_small(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "batch-too-small",
                .title = "Batches are too small",
                .meaning = "The gradient of a few images is mostly noise, so a rate that suits larger "
                           "batches throws the weights around. It is also slower on most processors.",
                .explains = {"rate-too-high", "updates-too-large", "underfitting", "rate-not-annealed",
                             "last-not-best", "accuracy-at-chance", "class-never-predicted", "dead-layer",
                             "dead-channels", "small-batch-norm", "no-warm-up", "rise-and-collapse"}},
       .needs = {Need::batches, Need::end},
       .find = tiny_batches});
}

}  // namespace lehr::diagnosis
