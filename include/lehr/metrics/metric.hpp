#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lehr {

/// The scores and the targets of one batch.
struct ScoredBatch {
  std::span<const float> scores;          ///< (samples, classes), row-major, before softmax
  std::span<const std::int64_t> targets;  ///< (samples)
  std::int64_t classes = 0;
};

/// Throws BadInput unless there are `classes` scores for each target and every target is a class. If
/// `classes` is 0, the message says that the metric was not started.
void check_scored(const ScoredBatch& batch, std::int64_t classes);

/// A value over a whole set, accumulated batch by batch. It does not depend on the batch size. To define a
/// metric, derive a small class (docs/adding-a-metric.md). Only one thread at a time may use a metric.
class Metric {
 public:
  virtual ~Metric() = default;
  /// The key in records, CSV and JSON: "top_5_accuracy". No control characters.
  virtual std::string name() const = 0;
  /// EarlyStopping, SaveBest, ReduceOnPlateau and every other Monitor use this.
  virtual bool higher_is_better() const { return true; }
  /// Starts a new set and discards the previous one. Throws BadInput if the metric cannot be computed for
  /// that many classes, for example the best 5 of 3.
  virtual void start(std::int64_t classes) = 0;
  /// lehr's own metrics throw BadInput if the metric was not started, and in the cases of check_scored.
  virtual void add(const ScoredBatch& batch) = 0;
  /// The value over everything added since start(). NaN if it is undefined, for example without samples.
  virtual double value() const = 0;
  /// The classes whose absence makes the metric undefined, given the number of samples of each class. Auroc
  /// needs a sample of every class. Monitors name these classes before the first batch.
  virtual std::vector<std::int64_t> missing_classes(
      std::span<const std::int64_t> /*samples_of_class*/) const {
    return {};
  }
};

}  // namespace lehr
