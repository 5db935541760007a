#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/run_records.hpp"

/// Facts about a run that its records imply.
namespace lehr::report {

/// Training images seen by the end of each completed epoch.
std::vector<double> images_by_epoch(const store::RunRecords& run);

/// Training images seen, also of an epoch that was not completed.
double images_seen(const store::RunRecords& run);

/// Operations of the whole training, without validation: 3 × forward pass × images, because the backward pass
/// takes about two forward passes. Empty if not all layers were recorded. Source: Amodei and Hernandez, "AI
/// and compute", 2018.
std::optional<double> training_flops(const store::RunRecords& run);

}  // namespace lehr::report
