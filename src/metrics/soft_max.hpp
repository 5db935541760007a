#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace lehr {

/// The softmax of one sample's scores. It is computed in double, so that the probabilities of many classes
/// sum to 1. The highest score is subtracted first, so that no exponential overflows.
class SoftMax {
 public:
  /// `scores` must not be empty.
  explicit SoftMax(std::span<const float> scores)
      : top_(static_cast<double>(*std::ranges::max_element(scores))) {
    for (const float score : scores) sum_ += exponential(score);
  }
  double probability(float score) const { return exponential(score) / sum_; }
  /// -ln(probability(score)). The large terms are subtracted first: top + ln(sum) would lose the digits of
  /// the logarithm if the scores are large.
  double cross_entropy(float score) const { return std::log(sum_) + (top_ - static_cast<double>(score)); }

 private:
  double exponential(float score) const { return std::exp(static_cast<double>(score) - top_); }

  double top_;
  double sum_ = 0;
};

}  // namespace lehr
