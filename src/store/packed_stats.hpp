#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/store/packed_stats.hpp"

namespace lehr::store {

// The store has the numbers of all tensors of a batch as one text, because a row for each tensor
// would cost the training several times as much. The text is JSON with an array for each tensor.
// The elements of an array are: the layer and the tensor's name; the first fields of stat_fields;
// the positions in `histograms` at which the magnitudes begin, the signed values begin and the
// signed values end; the exponent of the signed values; the later fields of stat_fields. Arrays
// from older versions are shorter.

/// Number of fields before the positions of the histograms: those of the first version.
inline constexpr std::size_t first_fields = 10;
inline constexpr std::size_t layer_key = 0;
inline constexpr std::size_t tensor_key = 1;
inline constexpr std::size_t first_field_key = 2;
inline constexpr std::size_t magnitudes_key = first_field_key + first_fields;
inline constexpr std::size_t values_key = magnitudes_key + 1;
inline constexpr std::size_t end_key = magnitudes_key + 2;
inline constexpr std::size_t exponent_key = magnitudes_key + 3;

/// The index in the array of a field, by its index in stat_fields.
constexpr std::size_t key_of_field(std::size_t field) {
  return field < first_fields ? first_field_key + field : exponent_key + 1 + field - first_fields;
}

/// The text for some tensors. Reals have single precision, which needs half the digits and half the
/// time.
std::string numbers_text(std::span<const PackedTensor> tensors);

/// The rows without step, batch and training. Throws BadInput if the texts are damaged.
std::vector<StatsRow> unpack_stats(std::string_view numbers, std::string_view histograms);

/// The same without histograms.
std::vector<StatsRow> unpack_numbers(std::string_view numbers);

// Counts of channels have their own text and bytes, in the same form. The elements of an array are:
// the layer and the tensor's name; the number of channels; the number of values of each; the
// position in the bytes at which the counts end; and the positions at which the counts of each of
// channel_fields begin.
inline constexpr std::size_t channel_count_key = 2;
inline constexpr std::size_t channel_values_key = 3;
inline constexpr std::size_t channels_end_key = 4;
inline constexpr std::size_t first_channel_key = 5;

/// Empty if no tensor's channels were counted.
std::string channels_text(std::span<const PackedTensor> tensors);

/// Adds the counts to the rows of a batch. Throws BadInput if the text or the bytes are damaged.
void take_channels(std::string_view places, std::string_view bytes, std::vector<StatsRow>& rows);

}  // namespace lehr::store
