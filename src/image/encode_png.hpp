#pragma once

#include <cstdint>
#include <vector>

#include "lehr/image/image.hpp"

namespace lehr::image {

/// The bytes of a PNG file of an image with 1 to 4 channels. Equal images give equal bytes.
std::vector<std::uint8_t> encode_png(const Image& image);

}  // namespace lehr::image
