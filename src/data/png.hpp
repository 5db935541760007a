#pragma once

#include <cstdint>
#include <vector>

#include "lehr/data/data.hpp"

namespace lehr::data {

/// The bytes of a PNG file of an image with 1 or 3 channels; equal images give equal bytes.
std::vector<std::uint8_t> encode_png(const Image& image);

}  // namespace lehr::data
