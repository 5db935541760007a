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

/// A number about a whole set, gathered batch by batch, exact whatever the batch size. An own metric is a
/// small class (docs/adding-a-metric.md).
class Metric {
 public:
  virtual ~Metric() = default;
  /// Its key in records and JSON: "top_5_accuracy".
  virtual std::string name() const = 0;
  virtual bool higher_is_better() const { return true; }
  /// Begins a set, forgetting everything. Throws BadInput where the metric cannot be had: the best 5 of 3
  /// classes.
  virtual void start(std::int64_t classes) = 0;
  virtual void add(const ScoredBatch& batch) = 0;
  /// Of what was added since start; NaN where that does not define it, as without any sample.
  virtual double value() const = 0;
};

}  // namespace lehr
