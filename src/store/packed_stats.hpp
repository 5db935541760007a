#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/run_records.hpp"

namespace lehr::store {

/// All statistics of a batch as the store holds them: one row of batch_stats, since a row for each tensor
/// would cost the training several times as much.
struct PackedStats {
  /// JSON, an array a tensor: layer, tensor's name, count, non_finite, mean, std, min, max, norm, near_zero,
  /// near_zero_abs, zero, then where in `histograms` its magnitudes begin, its signed values begin, and they
  /// end, then the exponent of the signed values. Numbers come back to the bit.
  std::string numbers{};
  std::string histograms{};  ///< as pack_counts makes them, one behind the other
  std::size_t tensors = 0;
};

PackedStats pack_stats(std::span<const StatsRow> rows);
/// The rows without step, batch and kind of batch. Throws BadInput where the texts are damaged.
std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms);

/// The same without histograms.
std::vector<StatsRow> unpack_numbers(std::string_view numbers);

}  // namespace lehr::store
