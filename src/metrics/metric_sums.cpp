#include "metrics/metric_sums.hpp"

#include <limits>

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

void MetricSums::add(double batch_loss, double weight, std::span<const float> scores,
                     std::span<const std::int64_t> targets) {
  sums_.loss += batch_loss * weight;
  sums_.weight += weight;
  sums_.correct += count_correct(scores, targets);
  sums_.samples += static_cast<std::int64_t>(targets.size());
}

SetMetrics MetricSums::result() const {
  if (sums_.samples == 0) return {};
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  return {sums_.weight > 0 ? sums_.loss / sums_.weight : nan,
          static_cast<double>(sums_.correct) / static_cast<double>(sums_.samples), sums_.samples};
}

}  // namespace lehr
