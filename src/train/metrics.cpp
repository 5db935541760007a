#include "train/metrics.hpp"

namespace lehr {

std::int64_t count_correct(std::span<const float> scores, std::span<const std::int64_t> targets) {
  if (targets.empty()) return 0;
  const std::size_t classes = scores.size() / targets.size();
  std::int64_t correct = 0;
  for (std::size_t sample = 0; sample < targets.size(); ++sample) {
    const std::span<const float> row = scores.subspan(sample * classes, classes);
    const auto target = static_cast<std::size_t>(targets[sample]);
    bool best = true;
    for (std::size_t other = 0; other < classes; ++other) {
      const bool beaten = other < target ? row[target] > row[other] : row[target] >= row[other];
      best = best && beaten;
    }
    correct += best ? 1 : 0;
  }
  return correct;
}

void MetricSums::add(double batch_loss, std::span<const float> scores,
                     std::span<const std::int64_t> targets) {
  double weight = static_cast<double>(targets.size());
  if (!class_weights_.empty()) {
    weight = 0;
    for (const std::int64_t target : targets) weight += class_weights_[static_cast<std::size_t>(target)];
  }
  sums_.loss += batch_loss * weight;
  sums_.weight += weight;
  sums_.correct += count_correct(scores, targets);
  sums_.samples += static_cast<std::int64_t>(targets.size());
}

SetMetrics MetricSums::result() const {
  if (sums_.samples == 0) return {};
  return {sums_.loss / sums_.weight, static_cast<double>(sums_.correct) / static_cast<double>(sums_.samples),
          sums_.samples};
}

}  // namespace lehr
