#include <fmt/format.h>

#include <cmath>

#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"

namespace lehr::diagnosis {
namespace {

/// A loss of this size, or one that is not finite. Source: AUTOTRAINER (Zhang et al. 2021).
constexpr double diverged_loss = 1e3;

std::optional<Finding> divergence(const Facts& facts) {
  const bool ended = facts.run().info.status == store::RunStatus::diverged;
  Finding found{.severity = Severity::problem, .probability = 1};
  found.chart = {.title = "training loss"};
  for (const store::StepRow& batch : facts.batches()) {
    found.chart.batches.push_back(static_cast<double>(batch.step));
    found.chart.values.push_back(batch.loss);
    if (batch.loss < diverged_loss) continue;
    const std::string loss = std::isfinite(batch.loss) ? fmt::format("its loss is {:.3g}", batch.loss)
                                                       : std::string("its loss is not finite");
    found.first_batch = batch.step + 1;
    found.says = fmt::format("{} at batch {}: {}", ended ? "diverged" : "unstable", batch.step + 1, loss);
    return found;
  }
  if (!ended) return std::nullopt;
  found.says = facts.batches().empty()
                   ? "diverged at the first batch"
                   : fmt::format("diverged after batch {}", facts.batches().back().step + 1);
  return found;
}

}  // namespace

void register_diverged(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "diverged",
                .title = "The loss is not finite or huge",
                .meaning = "Weights, activations or inputs have become so large that the loss has no "
                           "useful value. The usual cause is a learning rate that is too high, or "
                           "input or initial weights that are too large.",
                .explains = symptoms::results()},
       .find = divergence});
}

}  // namespace lehr::diagnosis
