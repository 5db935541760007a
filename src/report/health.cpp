#include "lehr/report/health.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "report/layer_health.hpp"

namespace lehr::report {
namespace {

using store::EpochRow;
using store::RunRecords;
using store::RunStatus;

/// Batches count from 1 in reports.
std::string divergence(const RunRecords& run, const HealthThresholds& limits) {
  std::int64_t batches = 0;
  for (const store::StepRow& step : run.steps) {
    if (!step.training) continue;
    batches = step.step + 1;
    if (step.loss < limits.loss) continue;
    const std::string loss = std::isfinite(step.loss) ? "its loss is " + fmt::format("{:.3g}", step.loss)
                                                      : "its loss is not finite";
    const char* what = run.info.status == RunStatus::diverged ? "diverged" : "unstable";
    return fmt::format("{} at batch {}: {}", what, batches, loss);
  }
  if (run.info.status != RunStatus::diverged) return "";
  return batches > 0 ? fmt::format("diverged after batch {}", batches) : "diverged at the first batch";
}

const EpochRow* last_validated(const RunRecords& run) {
  const EpochRow* last = nullptr;
  for (const EpochRow& epoch : run.epochs) {
    if (epoch.valid_loss) last = &epoch;
  }
  return last;
}

std::string guessing(const RunRecords& run) {
  const EpochRow* last = last_validated(run);
  const std::size_t classes = run.info.classes.size();
  if (last == nullptr || !last->valid_accuracy) return "";
  if (*last->valid_accuracy >= store::collapse_limit(classes)) return "";
  const double chance = 1 / static_cast<double>(classes);
  return fmt::format("collapsed: a validation accuracy of {} is hardly above the {} of guessing",
                     percent_text(*last->valid_accuracy, 1), percent_text(chance, 1));
}

std::string overfitting(const RunRecords& run, const HealthThresholds& limits) {
  const EpochRow* last = last_validated(run);
  const EpochRow* best = last;
  for (const EpochRow& epoch : run.epochs) {
    if (epoch.valid_loss && *epoch.valid_loss < *best->valid_loss) best = &epoch;
  }
  if (last == nullptr || last->epoch - best->epoch < limits.overfitting_epochs) return "";
  const double rise = *last->valid_loss / *best->valid_loss - 1;
  if (!(rise >= limits.overfitting_rise) || !(last->train_loss < best->train_loss)) return "";
  return fmt::format(
      "overfitting: validation loss rose by {} in the {} since epoch {} while training loss fell",
      percent_text(rise, 0), counted(last->epoch - best->epoch, "epoch"), best->epoch + 1);
}

std::string without_problem(const RunRecords& run, const store::RecordedLayers& layers) {
  if (run.epochs.empty() && run.steps.empty()) return "";
  const std::string of_layers = healthy_layers(layers);
  if (!of_layers.empty()) return "healthy: " + of_layers;
  return "healthy as far as the losses show; --stats shows the layers";
}

void add(std::vector<std::string>& problems, std::string problem) {
  if (!problem.empty()) problems.push_back(std::move(problem));
}

}  // namespace

std::string Health::line() const {
  std::string text;
  for (const std::string& problem : problems) text += (text.empty() ? "" : "; ") + problem;
  return text.empty() ? good : text;
}

Health health_of(const RunRecords& run, const store::RecordedLayers& layers, const HealthThresholds& limits) {
  Health health;
  add(health.problems, divergence(run, limits));
  for (std::string& problem : problems_of_layers(layers, limits))
    health.problems.push_back(std::move(problem));
  add(health.problems, guessing(run));
  add(health.problems, overfitting(run, limits));
  if (health.problems.empty()) health.good = without_problem(run, layers);
  return health;
}

Health health_of(const RunRecords& run) { return health_of(run, store::recorded_layers(run)); }

}  // namespace lehr::report
