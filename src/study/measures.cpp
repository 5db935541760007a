#include "study/measures.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "lehr/study/study.hpp"

namespace lehr {

const std::vector<StudyMeasure>& study_measures() {
  static const std::vector<StudyMeasure> all{
      {"accuracy", "accuracy of the validation set after the last epoch", "%", true},
      {"best_accuracy", "highest validation accuracy of all epochs", "%", true},
      {"valid_loss", "loss of the validation set after the last epoch", "", false},
      {"train_loss", "mean loss of the training batches of the last epoch", "", false},
      {"gap", "accuracy of the training set minus accuracy of the validation set, last epoch", "%", false},
      {"train_seconds", "time of training, without validation", "s", false}};
  return all;
}

namespace study {
namespace {

void put(std::map<std::string, double>& values, const std::string& name, std::optional<double> value) {
  if (value && std::isfinite(*value)) values[name] = *value;
}

void put_validation(std::map<std::string, double>& values, const store::EpochRow& last) {
  put(values, "valid_loss", last.valid_loss);
  put(values, "accuracy", last.valid_accuracy);
  if (!last.valid_accuracy) return;
  const auto evaluated = last.metrics.find("train_eval_accuracy");
  const double train = evaluated == last.metrics.end() ? last.train_accuracy : evaluated->second;
  put(values, "gap", train - *last.valid_accuracy);
}

/// Metrics and measured values, each of the last epoch that has it: some are measured once.
void put_metrics(std::map<std::string, double>& values, const std::vector<store::EpochRow>& epochs) {
  std::map<std::string, double> latest;
  for (const store::EpochRow& epoch : epochs) {
    for (const auto& [name, value] : epoch.metrics) latest[name] = value;
  }
  for (const auto& [name, value] : latest) put(values, name, value);
}

}  // namespace

std::map<std::string, double> measured_values(const store::RunStore& runs, const std::string& id) {
  std::map<std::string, double> values;
  const std::vector<store::EpochRow> epochs = runs.epochs(id);
  if (epochs.empty()) return values;
  double seconds = 0;
  std::optional<double> best;
  for (const store::EpochRow& epoch : epochs) {
    seconds += epoch.train_seconds;
    if (epoch.valid_accuracy) best = std::max(best.value_or(0), *epoch.valid_accuracy);
  }
  put(values, "train_seconds", seconds);
  put(values, "train_loss", epochs.back().train_loss);
  put(values, "best_accuracy", best);
  put_validation(values, epochs.back());
  put_metrics(values, epochs);
  return values;
}

bool has_collapsed(const std::map<std::string, double>& values, std::size_t classes) {
  const auto accuracy = values.find("accuracy");
  return accuracy != values.end() && accuracy->second < store::collapse_limit(classes);
}

}  // namespace study
}  // namespace lehr
