#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lehr/metrics/metrics.hpp"

namespace lehr {

/// A sample of a set and what a model made of it.
struct ReviewedSample {
  std::int64_t sample = 0;  ///< its number in the set
  std::int64_t truth = 0;
  std::int64_t predicted = 0;
  double probability = 0;  ///< of the predicted class
  double loss = 0;         ///< cross entropy
};

/// Collects the errors of a model on a set, batch by batch.
class SetReview {
 public:
  void start(std::int64_t classes);
  /// `samples` are the numbers of the batch's samples. Those whose target is not a class are left out.
  /// Throws BadInput like check_scored.
  void add(std::span<const std::int64_t> samples, const ScoredBatch& batch);

  const ConfusionMatrix& confusion() const { return matrix_; }
  /// The 24 samples with the highest loss, right or wrong, highest first. Those whose loss is not finite are
  /// left out.
  std::span<const ReviewedSample> worst() const { return worst_; }
  bool empty() const { return samples_ == 0; }

 private:
  static constexpr std::size_t most = 24;

  void keep_if_worst(const ReviewedSample& sample);

  std::int64_t samples_ = 0;
  ConfusionMatrix matrix_;
  std::vector<ReviewedSample> worst_;
};

}  // namespace lehr
