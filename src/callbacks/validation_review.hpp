#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/metrics/metrics.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// Collects the errors of a model on a validation set, batch by batch.
class ValidationReview {
 public:
  /// A sample and its prediction.
  struct Miss {
    std::int64_t sample = 0;
    std::int64_t truth = 0;
    std::int64_t predicted = 0;
    double probability = 0;  ///< of the predicted class
    double loss = 0;         ///< cross entropy
  };

  void start(std::int64_t classes);
  void add(const Batch& batch, std::span<const float> scores);

  store::Confusion confusion() const;
  /// The samples with the highest loss, right or wrong, highest first.
  std::span<const Miss> worst() const { return worst_; }
  bool empty() const { return samples_ == 0; }

 private:
  static constexpr std::size_t most = 24;

  void keep_if_worst(const Miss& miss);

  std::int64_t samples_ = 0;
  ConfusionMatrix matrix_;
  std::vector<Miss> worst_;
};

}  // namespace lehr
