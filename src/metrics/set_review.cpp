#include "lehr/metrics/set_review.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/soft_max.hpp"

namespace lehr {
namespace {

ReviewedSample reviewed(std::int64_t sample, std::int64_t truth, std::span<const float> scores) {
  const SoftMax of_sample(scores);
  const auto best = std::ranges::max_element(scores);
  return {sample, truth, best - scores.begin(), of_sample.probability(*best),
          of_sample.cross_entropy(scores[static_cast<std::size_t>(truth)])};
}

}  // namespace

void SetReview::start(std::int64_t classes) {
  samples_ = 0;
  matrix_.start(classes);
  worst_.clear();
}

void SetReview::add(std::span<const std::int64_t> samples, const ScoredBatch& batch) {
  const std::int64_t classes = matrix_.classes();
  const auto width = static_cast<std::size_t>(classes);
  samples_ += std::ssize(samples);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::span<const std::int64_t> target = batch.targets.subspan(i, 1);
    if (target[0] < 0 || target[0] >= classes) continue;
    const std::span<const float> scores = batch.scores.subspan(i * width, width);
    matrix_.add({scores, target, classes});
    keep_if_worst(reviewed(samples[i], target[0], scores));
  }
}

void SetReview::keep_if_worst(const ReviewedSample& sample) {
  if (!std::isfinite(sample.loss)) return;
  if (worst_.size() == most && sample.loss <= worst_.back().loss) return;
  const auto place =
      std::ranges::upper_bound(worst_, sample.loss, std::ranges::greater(), &ReviewedSample::loss);
  worst_.insert(place, sample);
  if (worst_.size() > most) worst_.pop_back();
}

}  // namespace lehr
