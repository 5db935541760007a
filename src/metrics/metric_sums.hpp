#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/metrics/metric.hpp"
#include "lehr/metrics/set_metrics.hpp"

namespace lehr {

/// Gathers loss and accuracy over the batches of a set, exactly: each batch's mean loss is taken back to a
/// sum by the weight it was divided by.
class MetricSums {
 public:
  /// scores is (targets.size(), classes), row by row; batch_loss the mean over the batch, which was divided
  /// by `weight`.
  void add(double batch_loss, double weight, std::span<const float> scores,
           std::span<const std::int64_t> targets);
  /// The loss is NaN if nothing had weight.
  SetMetrics result() const;

  /// What was gathered, for a checkpoint.
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

/// Samples whose highest score is the target's; the first of equal scores counts, and one that is not a
/// number is never right.
std::int64_t count_correct(std::span<const float> scores, std::span<const std::int64_t> targets);

}  // namespace lehr
