#include "diagnosis/late_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lehr::diagnosis {
namespace {

using store::StepRow;

/// Indices of the training points for which `wanted` is true; of all points if there is none.
template <class Wanted>
std::vector<std::size_t> places_where(std::span<const StepRow> points, const Wanted& wanted) {
  std::vector<std::size_t> places;
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < points.size(); ++i) {
    all.push_back(i);
    if (points[i].training && wanted(points[i])) places.push_back(i);
  }
  return places.empty() ? all : places;
}

}  // namespace

std::vector<std::size_t> last_fifth(std::span<const StepRow> points) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  std::int64_t last = std::numeric_limits<std::int64_t>::min();
  for (const StepRow& point : points) {
    if (!point.training) continue;
    first = std::min(first, point.step);
    last = std::max(last, point.step);
  }
  return places_where(points, [&](const StepRow& point) { return 5 * (last - point.step) <= last - first; });
}

std::vector<std::size_t> at_high_rate(std::span<const StepRow> points) {
  double peak = 0;
  for (const StepRow& point : points) {
    if (point.training && point.lr > peak) peak = point.lr;
  }
  return places_where(points, [peak](const StepRow& point) { return point.lr >= peak / 2; });
}

double median_at(std::span<const std::size_t> places, std::span<const float> values) {
  std::vector<double> found;
  for (const std::size_t place : places) {
    if (place < values.size() && !std::isnan(values[place]))
      found.push_back(static_cast<double>(values[place]));
  }
  if (found.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(found);
  const std::size_t middle = found.size() / 2;
  return found.size() % 2 == 1 ? found[middle] : (found[middle - 1] + found[middle]) / 2;
}

}  // namespace lehr::diagnosis
