#include "metrics/class_counts.hpp"

namespace lehr {

std::vector<std::int64_t> class_counts(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names().size());
  for (std::int64_t i = 0; i < dataset.size(); ++i) {
    const std::int64_t label = dataset.label(i);
    if (label >= 0 && label < std::ssize(counts)) ++counts[static_cast<std::size_t>(label)];
  }
  return counts;
}

}  // namespace lehr
