#pragma once

#include "lehr/report/health.hpp"

namespace lehr::report {

/// What is wrong with the layers, the most serious first.
std::vector<std::string> problems_of_layers(const store::RecordedLayers& recorded,
                                            const HealthThresholds& limits);

/// "all 5 layers have std 0.4 to 1.6 and near-zero 12 to 60 %"; empty if no layer was recorded.
std::string healthy_layers(const store::RecordedLayers& recorded);

}  // namespace lehr::report
