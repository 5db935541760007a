#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/store/packed_stats.hpp"

namespace lehr::store {

/// Appends counts as bytes: each count a varint (7 bits a byte, least first, the high bit on all but the
/// last); of 0s the number follows, a varint too.
void pack_counts(std::span<const std::uint64_t> counts, std::string& bytes);
/// All the counts in the bytes. Throws BadInput where they are damaged.
std::vector<std::uint64_t> unpack_counts(std::string_view bytes);
/// Throws BadInput unless the bytes hold exactly counts.size() counts.
void unpack_counts(std::string_view bytes, std::span<std::uint64_t> counts);

/// Appends both.
HistogramPlaces pack_histograms(const TensorStats& stats, std::string& bytes);
MagnitudeHistogram unpack_magnitudes(std::string_view bytes);

}  // namespace lehr::store
