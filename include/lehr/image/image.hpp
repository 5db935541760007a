#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/core/shape.hpp"

namespace lehr {

/// A picture: rows of pixels from top to bottom. The channels of a pixel are adjacent. 1 channel is
/// grey, 2 are grey and alpha, 3 are RGB, 4 are RGBA.
struct Image {
  std::int64_t width = 0, height = 0, channels = 1;
  /// H x W x C values. With 16 bits, a value takes two bytes in the machine's byte order.
  std::vector<std::uint8_t> pixels{};
  int bits = 8;  ///< per value: 8 or 16

  /// (C, H, W)
  Shape shape() const { return {channels, height, width}; }
  bool has_shape(const Shape& shape) const {
    return shape.rank() == 3 && channels == shape[0] && height == shape[1] && width == shape[2];
  }
  /// Gives the image this shape (C, H, W) and depth. The values of the pixels are then unspecified.
  /// Reuses the memory. Returns the bytes of the pixels.
  std::span<std::uint8_t> reset(const Shape& shape, int bits = 8);
  /// The values of a 16-bit image.
  std::span<std::uint16_t> wide();
  std::span<const std::uint16_t> wide() const;
  friend bool operator==(const Image&, const Image&) = default;
};

/// How a picture is changed to another size.
enum class Fit {
  stretch,  ///< both sides are scaled, so the aspect ratio changes
  crop,     ///< the largest centred part with the new aspect ratio is scaled
  pad,      ///< the whole picture is scaled and centred on black
};

/// How the pixels of another size are computed, with antialiasing. Equal to Pillow's to one level.
enum class Filter {
  bilinear,  ///< a triangle, 2 pixels wide
  bicubic,   ///< Keys' cubic with a = -0.5, 4 pixels wide: sharper
  lanczos,   ///< a sinc with 3 lobes, 6 pixels wide: the sharpest
};

/// What transparent pixels become if alpha is removed.
enum class Background {
  white,
  black,
  none,  ///< alpha is dropped: a pixel keeps its colour, even if it is transparent
};

}  // namespace lehr
