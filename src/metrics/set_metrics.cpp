#include "lehr/metrics/set_metrics.hpp"

#include <cmath>

namespace lehr {
namespace {

bool equal(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

bool operator==(const MetricValue& a, const MetricValue& b) {
  return a.name == b.name && equal(a.value, b.value);
}

bool operator==(const SetMetrics& a, const SetMetrics& b) {
  return equal(a.loss, b.loss) && equal(a.accuracy, b.accuracy) && a.samples == b.samples &&
         a.others == b.others;
}

}  // namespace lehr
