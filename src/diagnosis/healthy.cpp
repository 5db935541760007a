#include "diagnosis/healthy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lehr::diagnosis {
namespace {

struct Range {
  double least = 0;
  double most = 0;
};

/// Of the late medians of all layers that have one; nothing if none has.
std::optional<Range> late_range(const Facts& facts, std::vector<float> (LayerStats::*series)() const) {
  std::vector<double> values;
  for (const LayerStats& layer : facts.layers()) {
    const double value = facts.late((layer.*series)());
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return std::nullopt;
  return Range{std::ranges::min(values), std::ranges::max(values)};
}

}  // namespace

std::string healthy_text(const Facts& facts) {
  if (facts.run().epochs.empty() && facts.run().steps.empty()) return "";
  const std::optional<Range> std = late_range(facts, &LayerStats::std);
  const std::optional<Range> near_zero = late_range(facts, &LayerStats::near_zero_abs);
  if (!std || !near_zero) return "healthy as far as the losses show; --stats shows the layers";
  const std::size_t count = facts.layers().size();
  return fmt::format(
      "healthy: {} std {:.2g} to {:.2g} and near-zero {:.0f} to {:.0f} %",
      count == 1 ? "its recorded layer has" : fmt::format("all {} recorded layers have", count), std->least,
      std->most, 100 * near_zero->least, 100 * near_zero->most);
}

}  // namespace lehr::diagnosis
