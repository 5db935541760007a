#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/run_records.hpp"
#include "store/histogram_blob.hpp"

namespace lehr::store {

/// One tensor's numbers, and where its histograms lie.
struct PackedTensor {
  int layer = 0;
  Watched what{};
  std::int64_t count = 0;
  std::int64_t non_finite = 0;
  std::array<double, 5> reals{};         ///< mean, std, min, max, norm
  std::array<std::int64_t, 3> counts{};  ///< near_zero, near_zero_abs, zero
  HistogramPlaces places{};
  std::int64_t exponent = 0;
};

/// All statistics of a batch, a tenth of the rows' size: what the training's thread makes of them.
struct PackedStats {
  std::vector<PackedTensor> tensors{};
  std::string histograms{};  ///< as pack_counts makes them, one behind the other
};
PackedStats pack_stats(std::span<const StatsRow> rows);

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
