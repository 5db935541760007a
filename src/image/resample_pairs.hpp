#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_windows.hpp"

/// The passes of a resize for 8 bits, two weights at a time: SSE2, which every x86-64 has, adds two
/// products of 16 bits in one instruction (pmaddwd). A weight is therefore cut into an upper and a lower
/// part, and the sums are exact. Compilers do not find this. Each function does a first part of its
/// work and returns how much; the loops of resample.cpp do the rest, with the same results. On
/// other machines that is everything.
namespace lehr::image {

/// Windows of one row, of pixels with 3 or 4 channels. Reads memory up to `end`, beyond the row.
std::size_t across_by_pairs(const std::uint8_t* row, const std::uint8_t* end, std::int64_t channels,
                            const Windows& windows, std::uint8_t* out);

/// Values of one output row. `first` is the first row of the window.
std::int64_t down_by_pairs(const std::uint8_t* first, std::int64_t stride, std::int64_t length,
                           const Window& window, std::uint8_t* out);

}  // namespace lehr::image
