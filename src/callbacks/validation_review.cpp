#include "callbacks/validation_review.hpp"

#include <algorithm>
#include <cmath>

namespace lehr {
namespace {

ValidationReview::Miss miss_of(std::int64_t sample, std::int64_t truth, std::span<const float> scores) {
  const auto best = std::ranges::max_element(scores);
  const auto highest = static_cast<double>(*best);
  double sum = 0;
  for (const float score : scores) sum += std::exp(static_cast<double>(score) - highest);
  const auto of_truth = static_cast<double>(scores[static_cast<std::size_t>(truth)]);
  return {sample, truth, best - scores.begin(), 1 / sum, std::log(sum) + (highest - of_truth)};
}

}  // namespace

void ValidationReview::start(std::int64_t classes) {
  samples_ = 0;
  matrix_.start(classes);
  worst_.clear();
}

void ValidationReview::add(const Batch& batch, std::span<const float> scores) {
  const std::int64_t classes = matrix_.classes();
  const auto width = static_cast<std::size_t>(classes);
  samples_ += batch.size;
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch.size); ++i) {
    const std::span target(batch.targets + i, 1);
    if (target[0] < 0 || target[0] >= classes) continue;
    const std::span<const float> row = scores.subspan(i * width, width);
    matrix_.add({row, target, classes});
    keep_if_worst(miss_of(batch.ids[i], target[0], row));
  }
}

void ValidationReview::keep_if_worst(const Miss& miss) {
  if (!std::isfinite(miss.loss)) return;
  if (worst_.size() == most && miss.loss <= worst_.back().loss) return;
  const auto place = std::ranges::upper_bound(worst_, miss.loss, std::ranges::greater(), &Miss::loss);
  worst_.insert(place, miss);
  if (worst_.size() > most) worst_.pop_back();
}

store::Confusion ValidationReview::confusion() const {
  store::Confusion confusion;
  for (std::int64_t truth = 0; truth < matrix_.classes(); ++truth) {
    for (std::int64_t predicted = 0; predicted < matrix_.classes(); ++predicted) {
      confusion.counts.push_back(matrix_.count(truth, predicted));
    }
  }
  return confusion;
}

}  // namespace lehr
