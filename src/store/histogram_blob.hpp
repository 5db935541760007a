#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/store/packed_stats.hpp"

namespace lehr::store {

/// Appends counts as varints: 7 bits per byte, lowest bits first, the high bit set on all bytes except the
/// last. After a count of 0 follows the length of the run of zeros, also as a varint.
void pack_counts(std::span<const std::uint64_t> counts, std::string& bytes);
/// Decodes all counts in the bytes. Throws BadInput if they are damaged.
std::vector<std::uint64_t> unpack_counts(std::string_view bytes);
/// Throws BadInput unless the bytes contain exactly counts.size() counts.
void unpack_counts(std::string_view bytes, std::span<std::uint64_t> counts);

/// Appends both histograms.
HistogramPlaces pack_histograms(const TensorStats& stats, std::string& bytes);
MagnitudeHistogram unpack_magnitudes(std::string_view bytes);

ChannelPlaces pack_channels(const ChannelStats& stats, std::string& bytes);
/// Decodes the channel counts of all fields, one after the other. Throws BadInput unless their
/// number matches `channels`.
ChannelStats unpack_channels(std::string_view bytes, std::int64_t channels, std::int64_t values);

}  // namespace lehr::store
