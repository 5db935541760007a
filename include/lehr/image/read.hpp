#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "lehr/image/image.hpp"

namespace lehr::image {

/// Reads a PNG file. The image has the channels and the depth of the file, except that a palette
/// becomes RGB, and 1 to 4 bits become 8. Throws BadInput with the file if it is missing, too large
/// (over 64 million pixels) or damaged.
Image read(const std::filesystem::path& file);
/// Decodes the bytes of a PNG file. `name` is the name of the picture in error messages.
Image decode(std::span<const std::uint8_t> bytes, const std::string& name = "the picture");

}  // namespace lehr::image
