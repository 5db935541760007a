#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace lehr {

/// A metric's name and value.
struct MetricValue {
  std::string name;
  double value = 0;
  /// Two NaNs are equal.
  friend bool operator==(const MetricValue& a, const MetricValue& b);
};

/// Means over a whole set. They do not depend on the batch size. NaN if the set was not measured.
struct SetMetrics {
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< weighted by class; NaN without weight
  /// Share of samples whose highest score is that of the target.
  double accuracy = std::numeric_limits<double>::quiet_NaN();
  std::int64_t samples = 0;
  std::vector<MetricValue> others{};  ///< the Learner's metrics in their order; empty in EpochRecord::train
  /// Two NaNs are equal.
  friend bool operator==(const SetMetrics& a, const SetMetrics& b);
};

}  // namespace lehr
