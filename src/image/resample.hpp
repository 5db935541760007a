#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_windows.hpp"

namespace lehr::image {

/// Rows of an image, or of a part of it. Sizes are in values, except for `width` in pixels.
template <class Value>
struct Rows {
  const Value* values;
  std::int64_t width, height, channels;
  std::int64_t stride;  ///< from one row to the next
  const Value* end;     ///< of the memory, which may go on beyond the part
};

/// Resamples rows [from, to) horizontally: the output has windows.size() pixels a row.
void resample_across(const Rows<std::uint8_t>& in, std::int64_t from, std::int64_t to, const Windows& windows,
                     std::uint8_t* out);
void resample_across(const Rows<std::uint16_t>& in, std::int64_t from, std::int64_t to,
                     const Windows& windows, std::uint16_t* out);

/// Resamples vertically: the output has windows.size() rows. The first row of `in` is number `skipped`.
void resample_down(const Rows<std::uint8_t>& in, std::int64_t skipped, const Windows& windows,
                   std::uint8_t* out);
void resample_down(const Rows<std::uint16_t>& in, std::int64_t skipped, const Windows& windows,
                   std::uint16_t* out);

}  // namespace lehr::image
