#pragma once

#include <string>

#include "lehr/data/dataset.hpp"
#include "lehr/metrics/metric.hpp"

namespace lehr {

/// The names of the classes whose absence from the dataset makes the metric undefined
/// (Metric::missing_classes): `class "3"`, `classes "3" and "7"`, `classes "3", "4", "5" and 4 more`. Empty
/// if no class is missing.
std::string missing_classes_text(const Metric& metric, const Dataset& dataset);

}  // namespace lehr
