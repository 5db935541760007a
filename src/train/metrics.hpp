#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/train/learner.hpp"

namespace lehr {

/// Gathers loss and accuracy over the batches of a set, exactly: each batch's mean loss is taken back to a
/// sum by the weight it was divided by.
class MetricSums {
 public:
  explicit MetricSums(std::span<const double> class_weights = {}) : class_weights_(class_weights) {}

  /// scores is (targets.size(), classes), row by row; batch_loss the mean over the batch.
  void add(double batch_loss, std::span<const float> scores, std::span<const std::int64_t> targets);
  SetMetrics result() const;

 private:
  std::span<const double> class_weights_;
  double loss_sum_ = 0;
  double weight_sum_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t samples_ = 0;
};

/// Samples whose highest score is the target's; the first of equal scores counts, and one that is not a
/// number is never right.
std::int64_t count_correct(std::span<const float> scores, std::span<const std::int64_t> targets);

}  // namespace lehr
