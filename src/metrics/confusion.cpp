#include <algorithm>
#include <cmath>
#include <limits>

#include "core/physical_memory.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/metrics/metrics.hpp"
#include "metrics/metric_sums.hpp"

namespace lehr {
namespace {

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

/// The class with the highest score, the first among equal scores; -1 if a score is NaN.
std::int64_t predicted_class(std::span<const float> scores) {
  if (std::ranges::any_of(scores, [](float score) { return std::isnan(score); })) return -1;
  return std::ranges::max_element(scores) - scores.begin();
}

}  // namespace

void check_scored(const ScoredBatch& batch, std::int64_t classes) {
  if (classes < 1) throw BadInput("a metric was given scores before it was started");
  const bool fits =
      batch.classes == classes && std::ssize(batch.scores) == std::ssize(batch.targets) * classes;
  if (!fits) {
    throw BadInput("expected " + std::to_string(classes) + " scores for each of " +
                   std::to_string(batch.targets.size()) + " samples, found " +
                   std::to_string(batch.scores.size()) + " of " + std::to_string(batch.classes) + " classes");
  }
  for (const std::int64_t target : batch.targets) {
    if (target >= 0 && target < classes) continue;
    throw BadInput("a target is class " + std::to_string(target) + ", expected 0 to " +
                   std::to_string(classes - 1));
  }
}

void ConfusionMatrix::check_class(std::int64_t one) const {
  if (one >= 0 && one < classes_) return;
  throw BadInput("there is no class " + std::to_string(one) + ": the confusion is of " +
                 std::to_string(classes_) + " classes, counted from 0");
}

void ConfusionMatrix::start(std::int64_t classes) {
  if (classes < 1) throw BadInput("a confusion needs 1 class or more, found " + std::to_string(classes));
  const auto count = static_cast<double>(classes);
  if (count * count * sizeof(std::int64_t) > static_cast<double>(physical_memory())) {
    throw BadInput("the confusion of " + counted(classes, "class") +
                   " needs more memory than this machine has");
  }
  classes_ = classes;
  counts_.assign(static_cast<std::size_t>(classes * classes), 0);
  truths_.assign(static_cast<std::size_t>(classes), 0);
}

void ConfusionMatrix::add(const ScoredBatch& batch) {
  check_scored(batch, classes_);
  const auto width = static_cast<std::size_t>(batch.classes);
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    const std::int64_t truth = batch.targets[i];
    const std::int64_t predicted = predicted_class(batch.scores.subspan(i * width, width));
    ++truths_[static_cast<std::size_t>(truth)];
    if (predicted >= 0) ++counts_[static_cast<std::size_t>(truth * classes_ + predicted)];
  }
}

std::int64_t ConfusionMatrix::of_class(std::int64_t truth) const {
  check_class(truth);
  return truths_[static_cast<std::size_t>(truth)];
}

std::int64_t ConfusionMatrix::count(std::int64_t truth, std::int64_t predicted) const {
  check_class(truth);
  check_class(predicted);
  return counts_[static_cast<std::size_t>(truth * classes_ + predicted)];
}

std::int64_t ConfusionMatrix::taken_for(std::int64_t predicted) const {
  std::int64_t sum = 0;
  for (std::int64_t truth = 0; truth < classes_; ++truth) sum += count(truth, predicted);
  return sum;
}

double ConfusionMatrix::value() const {
  std::int64_t right = 0;
  std::int64_t all = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    right += count(c, c);
    all += of_class(c);
  }
  return all > 0 ? static_cast<double>(right) / static_cast<double>(all)
                 : std::numeric_limits<double>::quiet_NaN();
}

double ConfusionMatrix::precision(std::int64_t of) const {
  return ratio(static_cast<double>(count(of, of)), static_cast<double>(taken_for(of)));
}

double ConfusionMatrix::recall(std::int64_t of) const {
  return ratio(static_cast<double>(count(of, of)), static_cast<double>(of_class(of)));
}

double ConfusionMatrix::f1(std::int64_t of) const {
  return ratio(2 * static_cast<double>(count(of, of)), static_cast<double>(taken_for(of) + of_class(of)));
}

double ConfusionMatrix::balanced_accuracy() const {
  double sum = 0;
  std::int64_t occurring = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    if (of_class(c) == 0) continue;
    sum += recall(c);
    ++occurring;
  }
  return occurring > 0 ? sum / static_cast<double>(occurring) : std::numeric_limits<double>::quiet_NaN();
}

std::vector<ConfusionMatrix::Confusion> ConfusionMatrix::most_confused(std::int64_t least) const {
  std::vector<Confusion> found;
  for (std::int64_t truth = 0; truth < classes_; ++truth) {
    for (std::int64_t predicted = 0; predicted < classes_; ++predicted) {
      const std::int64_t often = count(truth, predicted);
      if (truth != predicted && often >= std::max<std::int64_t>(least, 1))
        found.push_back({truth, predicted, often});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Confusion::count);
  return found;
}

std::string AveragedScore::name() const {
  std::string name = "f1";
  if (score_ == ClassScore::precision) name = "precision";
  if (score_ == ClassScore::recall) name = "recall";
  return name + (average_ == Average::macro ? "_macro" : "_micro");
}

double AveragedScore::value() const { return average_ == Average::macro ? macro() : micro(); }

double AveragedScore::of_class(std::int64_t of) const {
  if (score_ == ClassScore::precision) return matrix_.precision(of);
  return score_ == ClassScore::recall ? matrix_.recall(of) : matrix_.f1(of);
}

double AveragedScore::macro() const {
  double sum = 0;
  std::int64_t occurring = 0;
  for (std::int64_t c = 0; c < matrix_.classes(); ++c) {
    if (matrix_.of_class(c) == 0 && matrix_.taken_for(c) == 0) continue;
    sum += of_class(c);
    ++occurring;
  }
  return occurring > 0 ? sum / static_cast<double>(occurring) : std::numeric_limits<double>::quiet_NaN();
}

double AveragedScore::micro() const {
  double right = 0;
  double predicted = 0;
  double truths = 0;
  for (std::int64_t c = 0; c < matrix_.classes(); ++c) {
    right += static_cast<double>(matrix_.count(c, c));
    predicted += static_cast<double>(matrix_.taken_for(c));
    truths += static_cast<double>(matrix_.of_class(c));
  }
  if (truths == 0) return std::numeric_limits<double>::quiet_NaN();
  if (score_ == ClassScore::precision) return ratio(right, predicted);
  return score_ == ClassScore::recall ? ratio(right, truths) : ratio(2 * right, predicted + truths);
}

}  // namespace lehr
