#pragma once

#include <span>
#include <vector>

#include "lehr/store/run_records.hpp"

/// What a series comes to, robustly: its last batch may be small, and most schedules end at a rate of 0.
namespace lehr::report {

/// Places of the training batches in the last fifth of the training; of all batches if none trained.
std::vector<std::size_t> last_fifth(std::span<const store::StepRow> points);

/// Places of the training batches whose learning rate was at least half of its peak; of all batches if none
/// trained.
std::vector<std::size_t> at_high_rate(std::span<const store::StepRow> points);

/// Of the values at these places that are numbers; NaN if there are none.
double median_at(std::span<const std::size_t> places, std::span<const float> values);

}  // namespace lehr::report
