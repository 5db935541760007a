#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lehr {

/// Scores of one batch beside what was right.
struct ScoredBatch {
  std::span<const float> scores;          ///< (samples, classes), row by row, before softmax
  std::span<const std::int64_t> targets;  ///< (samples)
  std::int64_t classes = 0;
};

/// Throws BadInput unless there are `classes` scores for each target, and every target is one of the classes.
/// With 0 classes: that the metric was not started.
void check_scored(const ScoredBatch& batch, std::int64_t classes);

/// A number about a whole set, gathered batch by batch, exact whatever the batch size. An own metric is a
/// small class (docs/adding-a-metric.md). A metric is used by one thread at a time.
class Metric {
 public:
  virtual ~Metric() = default;
  /// Its key in records, CSV and JSON: "top_5_accuracy". No control characters.
  virtual std::string name() const = 0;
  /// EarlyStopping, SaveBest, ReduceOnPlateau and every other Monitor follow this.
  virtual bool higher_is_better() const { return true; }
  /// Begins a set and forgets everything before. Throws BadInput if the metric cannot be computed for so many
  /// classes: the best 5 of 3.
  virtual void start(std::int64_t classes) = 0;
  /// lehr's own metrics throw BadInput if the metric was not started, or as check_scored does.
  virtual void add(const ScoredBatch& batch) = 0;
  /// The value of what was added since start. NaN if it is undefined, for example without any sample.
  virtual double value() const = 0;
  /// The classes whose absence makes the metric undefined on a set with so many samples of each class. Auroc
  /// needs a sample of every class. Monitors name these classes before the first batch.
  virtual std::vector<std::int64_t> missing_classes(
      std::span<const std::int64_t> /*samples_of_class*/) const {
    return {};
  }
};

}  // namespace lehr
