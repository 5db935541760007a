#pragma once

#include <cstdint>
#include <vector>

#include "lehr/image/image.hpp"

namespace lehr::image {

/// The bytes of a small WebP file that looks like the image (8 bits, 1 to 4 channels). Its quality is from 0
/// to 100; 100 keeps all pixels as they are. Throws BadInput if a side is longer than 16,383.
std::vector<std::uint8_t> encode_webp(const Image& image, float quality);

}  // namespace lehr::image
