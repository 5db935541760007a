#pragma once

#include <span>
#include <vector>

#include "lehr/store/run_records.hpp"

/// Robust final values of a series. The last value alone is not representative: the last batch may be small,
/// and most schedules end at a rate of 0.
namespace lehr::diagnosis {

/// Indices of the training batches in the last fifth of the training; of all batches if there is no training
/// batch.
std::vector<std::size_t> last_fifth(std::span<const store::StepRow> points);

/// Indices of the training batches whose learning rate was at least half of the maximum; of all batches if
/// there is no training batch.
std::vector<std::size_t> at_high_rate(std::span<const store::StepRow> points);

/// Median of the values at these indices, without NaN; NaN if there is none.
double median_at(std::span<const std::size_t> places, std::span<const float> values);

}  // namespace lehr::diagnosis
