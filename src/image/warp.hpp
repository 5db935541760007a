#pragma once

#include "lehr/image/geometry.hpp"

namespace lehr::image {

/// Makes a picture of any geometry by bilinear interpolation. `from` and the size of the result are checked.
/// Throws BadInput if the picture has more than 4 channels.
void warp(const Image& from, const Geometry& geometry, const Border& border, Image& to);

}  // namespace lehr::image
