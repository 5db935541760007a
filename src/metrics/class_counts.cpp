#include "metrics/class_counts.hpp"

#include <algorithm>
#include <numeric>

namespace lehr {

std::vector<std::int64_t> class_counts(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names().size());
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label >= 0 && label < std::ssize(counts)) ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

std::vector<double> balancing_weights(const Dataset& dataset) {
  const std::vector<std::int64_t> counts = class_counts(dataset);
  const auto occurring =
      static_cast<double>(std::ranges::count_if(counts, [](auto count) { return count > 0; }));
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  std::vector<double> weights;
  for (const std::int64_t count : counts) {
    weights.push_back(count > 0 ? all / (occurring * static_cast<double>(count)) : 1.0);
  }
  return weights;
}

}  // namespace lehr
