#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/metrics/metric.hpp"
#include "lehr/metrics/set_metrics.hpp"

namespace lehr {

/// Accumulates loss and accuracy over the batches of a set. The result is exact: each batch's mean loss is
/// multiplied by the weight by which it was divided.
class MetricSums {
 public:
  /// scores is (targets.size(), classes), row-major. batch_loss is the mean over the batch, that is, the sum
  /// divided by `weight`.
  void add(double batch_loss, double weight, std::span<const float> scores,
           std::span<const std::int64_t> targets);
  /// The loss is NaN if the total weight is 0.
  SetMetrics result() const;

  /// The accumulated sums, for a checkpoint.
  struct Sums {
    double loss = 0;
    double weight = 0;
    std::int64_t correct = 0;
    std::int64_t samples = 0;
  };
  const Sums& sums() const { return sums_; }
  void set_sums(const Sums& sums) { sums_ = sums; }

 private:
  Sums sums_;
};

/// Number of samples whose highest score is that of the target. Among equal scores the first counts. A sample
/// with a NaN score counts as wrong.
std::int64_t count_correct(std::span<const float> scores, std::span<const std::int64_t> targets);

}  // namespace lehr
