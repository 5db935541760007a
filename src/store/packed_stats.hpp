#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/packed_stats.hpp"

namespace lehr::store {

/// The numbers as the store holds them: one text for all tensors, since a row for each would cost the
/// training several times as much. JSON, an array a tensor: layer, tensor's name, count, non_finite, mean,
/// std, min, max, norm, near_zero, near_zero_abs, zero, then where in `histograms` its magnitudes begin, its
/// signed values begin, and they end, then the exponent of the signed values. Reals have single precision,
/// which takes half the digits and half the time.
std::string numbers_text(std::span<const PackedTensor> tensors);

/// The rows without step, batch and kind of batch. Throws BadInput where the texts are damaged.
std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms);

/// The same without histograms.
std::vector<StatsRow> unpack_numbers(std::string_view numbers);

}  // namespace lehr::store
