#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/shape.hpp"

namespace lehr::cli {

/// Draws a picture as lines of text, two rows of pixels per line. With colours, it uses half blocks
/// in 24-bit colours; without, characters from light to dark. Pixels are H x W x C bytes; shape is
/// (C, H, W) with 1 or 3 channels.
std::vector<std::string> draw(std::span<const std::uint8_t> pixels, const Shape& shape, bool colours);

}  // namespace lehr::cli
