#pragma once

#include <cstdint>
#include <span>

#include "lehr/image/edit.hpp"

namespace lehr::image {

/// The orientation in a block of EXIF data, with or without the leading "Exif\0\0". It is 1 (upright) if
/// the block has none or is damaged. Source: EXIF 2.32, tag 0x0112.
int exif_orientation(std::span<const std::uint8_t> exif);

/// Where a part of the upright picture lies in the stored one, which has this orientation and size.
Part stored_part(const Part& upright, int orientation, const Size& stored);

/// Turns and mirrors a picture with this orientation so that it is upright.
void make_upright(Image& image, int orientation);

}  // namespace lehr::image
