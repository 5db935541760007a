#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/packed_stats.hpp"

namespace lehr::store {

// The store holds the numbers of all tensors of a batch as one text, since a row for each tensor would cost
// the training several times as much. The text is JSON with an array for each tensor. These are the places in
// an array: first the layer and the tensor's name, then the first fields of stat_fields, then where in
// `histograms` the magnitudes begin, the signed values begin and the signed values end, then the exponent of
// the signed values, then the later fields of stat_fields. A row of an older version ends earlier.

/// Fields before the places of the histograms: those of the first version.
inline constexpr std::size_t first_fields = 10;
inline constexpr std::size_t layer_key = 0;
inline constexpr std::size_t tensor_key = 1;
inline constexpr std::size_t first_field_key = 2;
inline constexpr std::size_t magnitudes_key = first_field_key + first_fields;
inline constexpr std::size_t values_key = magnitudes_key + 1;
inline constexpr std::size_t end_key = magnitudes_key + 2;
inline constexpr std::size_t exponent_key = magnitudes_key + 3;

/// Of a field by its place in stat_fields.
constexpr std::size_t key_of_field(std::size_t field) {
  return field < first_fields ? first_field_key + field : exponent_key + 1 + field - first_fields;
}

/// The text for some tensors. Reals have single precision, which takes half the digits and half the time.
std::string numbers_text(std::span<const PackedTensor> tensors);

/// The rows without step, batch and kind of batch. Throws BadInput where the texts are damaged.
std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms);

/// The same without histograms.
std::vector<StatsRow> unpack_numbers(std::string_view numbers);

// Counts of channels have a text and bytes of their own, in the same manner. The places in an array: the
// layer and the tensor's name, the number of channels, the values of each, where in the bytes the counts end,
// and where the counts of each of channel_fields begin.
inline constexpr std::size_t channel_count_key = 2;
inline constexpr std::size_t channel_values_key = 3;
inline constexpr std::size_t channels_end_key = 4;
inline constexpr std::size_t first_channel_key = 5;

/// Empty if no tensor's channels were counted.
std::string channels_text(std::span<const PackedTensor> tensors);

/// Adds the counts to the rows of a batch. Throws BadInput if the text or the bytes are damaged.
void take_channels(std::string_view places, std::string_view bytes, std::vector<StatsRow>& rows);

}  // namespace lehr::store
