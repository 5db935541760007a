#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/rules.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

constexpr std::size_t constant_epochs = 3;

/// The value of a monitored metric; NaN if the epoch lacks it.
double value_of(const store::EpochRow& epoch, const std::string& metric) {
  if (metric == "valid_loss") return epoch.valid_loss.value_or(std::nan(""));
  if (metric == "valid_accuracy") return epoch.valid_accuracy.value_or(std::nan(""));
  if (metric == "train_loss") return epoch.train_loss;
  if (metric == "train_accuracy") return epoch.train_accuracy;
  const std::string name = metric.starts_with("valid_") ? metric.substr(6) : metric;
  const auto found = epoch.metrics.find(name);
  return found == epoch.metrics.end() ? std::nan("") : found->second;
}

std::optional<Finding> constant_metric(const Facts& facts) {
  const std::vector<store::EpochRow>& epochs = facts.run().epochs;
  if (epochs.size() < constant_epochs) return std::nullopt;
  for (const store::MonitorRow& monitor : facts.run().monitors) {
    const double first = value_of(epochs.front(), monitor.metric);
    const bool constant = std::ranges::all_of(epochs, [&](const store::EpochRow& epoch) {
      const double value = value_of(epoch, monitor.metric);
      return value == first || (std::isnan(value) && std::isnan(first));
    });
    if (!constant) continue;
    Finding finding{
        .severity = Severity::warning,
        .says = fmt::format("{} monitors {}, which {} in all {} epochs", printable(monitor.callback, 40),
                            printable(monitor.metric, 40),
                            std::isnan(first) ? std::string("has no value") : fmt::format("is {:.4g}", first),
                            epochs.size()),
        .probability = 0.9};
    finding.cure = {.text = "monitor a metric that shows progress", .settings = {{"monitor", "valid_loss"}}};
    return finding;
  }
  return std::nullopt;
}

}  // namespace

void register_metric_stuck(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "metric-stuck",
                .title = "A monitored metric cannot improve",
                .meaning = "Early stopping, the best model or the lowering of the rate depend on a number "
                           "that never changes.",
                .explains = {"early-stopping-early", "last-not-best"}},
       .needs = {Need::batches},
       .find = constant_metric});
}

}  // namespace lehr::diagnosis
