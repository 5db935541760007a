#include "lehr/train/records.hpp"

#include <algorithm>
#include <vector>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

void add_values(std::vector<MetricValue>& values, const std::string& set, const SetMetrics& metrics) {
  if (metrics.samples == 0) return;
  values.push_back({set + "_loss", metrics.loss});
  values.push_back({set + "_accuracy", metrics.accuracy});
  for (const MetricValue& other : metrics.others) values.push_back({set + "_" + other.name, other.value});
}

}  // namespace

double monitored(const EpochRecord& record, const std::string& name) {
  std::vector<MetricValue> values;
  add_values(values, "train", record.train);
  add_values(values, "valid", record.valid);
  add_values(values, "train_eval", record.train_eval);
  for (const auto& [recorded, value] : record.values) values.push_back({recorded, value});
  const auto found = std::ranges::find(values, name, &MetricValue::name);
  if (found != values.end()) return found->value;
  std::vector<std::string> names;
  for (const MetricValue& value : values) names.push_back(value.name);
  throw unknown_name("metric", name, names);
}

}  // namespace lehr
