#pragma once

#include <cstdint>
#include <string_view>

#include "lehr/image/image.hpp"

/// Operations on pictures. Each function throws BadInput if check() does.
namespace lehr::image {

/// Throws BadInput unless width, height and channels are at least 1, the depth is 8 or 16 bits, and
/// the number of pixels matches the size.
void check(const Image& image);

/// The image with that many channels, 1 to 4. Colour becomes grey by its luma (ITU-R BT.601, like
/// PIL's convert("L")). Grey becomes three equal channels. Alpha is removed, or is opaque if it is
/// added.
Image with_channels(const Image& image, std::int64_t channels);

/// The image with 8 or 16 bits per value. From 16 bits, the upper 8 are kept. A value v of 8 bits
/// becomes 257 * v.
Image with_bits(const Image& image, int bits);

/// Bilinear resize with antialiasing, like PIL's. Throws BadInput if a side is longer than 65,536.
Image resize(const Image& image, std::int64_t width, std::int64_t height);

/// A part of an image. It may reach beyond the image.
struct Part {
  std::int64_t left = 0, top = 0, width = 1, height = 1;
};
/// Copies that part of `from` to `to`. What lies outside `from` is black. Reuses the memory of
/// `to`.
void crop(const Image& from, const Part& part, Image& to);

/// Swaps left and right.
void mirror(Image& image);

/// The image with another size.
Image fit(const Image& image, std::int64_t width, std::int64_t height, Fit how);

/// "stretch", "crop" or "pad"
std::string_view name_of(Fit how);
/// The inverse of name_of. Throws BadInput with the valid names.
Fit fit_by_name(std::string_view name);

}  // namespace lehr::image
