#include "lehr/metrics/missing_classes.hpp"

#include <fmt/format.h>

#include <vector>

#include "lehr/core/text.hpp"
#include "metrics/class_counts.hpp"

namespace lehr {
namespace {

/// `class "3"`, `classes "3" and "7"`, `classes "3", "4", "5" and 4 more`
std::string classes_text(const std::vector<std::int64_t>& classes, const Dataset& dataset) {
  constexpr std::size_t max_named = 3;
  const auto names = dataset.class_names();
  std::vector<std::string> parts;
  for (const std::int64_t number : classes) {
    if (parts.size() == max_named) break;
    const auto at = static_cast<std::size_t>(number);
    parts.push_back(in_quotes(at < names.size() ? names[at] : std::to_string(number)));
  }
  if (classes.size() > parts.size()) parts.push_back(fmt::format("{} more", classes.size() - parts.size()));
  std::string text = classes.size() == 1 ? "class " : "classes ";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

}  // namespace

std::string missing_classes_text(const Metric& metric, const Dataset& dataset) {
  const std::vector<std::int64_t> missing = metric.missing_classes(class_counts(dataset));
  return missing.empty() ? std::string() : classes_text(missing, dataset);
}

}  // namespace lehr
