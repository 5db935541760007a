#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/run_records.hpp"

namespace lehr::store {

/// All statistics of a batch in the form of the store: one row of `stats`, since a row for each tensor would
/// cost the training several times as much.
struct PackedStats {
  /// JSON, an array a tensor: layer, tensor's name, count, non_finite, mean, std, min, max, norm, near_zero,
  /// near_zero_abs, zero, exponent of the signed histogram. Numbers come back to the bit.
  std::string numbers{};
  /// For each tensor in that order a byte (1: magnitudes follow; 2: signed values follow), then the
  /// histograms as pack_counts makes them.
  std::string histograms{};
  std::size_t tensors = 0;
};

PackedStats pack_stats(std::span<const StatsRow> rows);
/// The rows without step, batch and kind of batch. Throws BadInput where the texts are damaged.
std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms);
/// The same without histograms.
std::vector<StatsRow> unpack_numbers(std::string_view numbers);
/// Takes the next tensor's histograms from the front. Throws BadInput where the bytes are damaged.
void take_histograms(std::string_view& histograms, TensorStats& stats);

}  // namespace lehr::store
