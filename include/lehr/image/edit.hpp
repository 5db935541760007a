#pragma once

#include <cstdint>
#include <string_view>

#include "lehr/image/image.hpp"

/// What can be done to a picture. Each function throws BadInput if check() does.
namespace lehr::image {

/// Throws BadInput unless sides and channels are at least 1, the depth is 8 or 16 bits, and there are as many
/// pixels as the size says.
void check(const Image& image);

/// The image with that many channels, 1 to 4. Colour becomes grey by its luma (ITU-R BT.601, as PIL's
/// convert("L")), grey becomes three equal channels, alpha is left out or made opaque.
Image with_channels(const Image& image, std::int64_t channels);

/// The image with 8 or 16 bits a value. Of 16 bits the upper 8 are kept; v of 8 bits becomes 257 * v.
Image with_bits(const Image& image, int bits);

/// Bilinear resize with antialiasing, as PIL's. Throws BadInput if a side is longer than 65,536.
Image resize(const Image& image, std::int64_t width, std::int64_t height);

/// A part of an image. It may reach beyond the image.
struct Part {
  std::int64_t left = 0, top = 0, width = 1, height = 1;
};
/// Makes `to` that part of `from`, black where it reaches beyond. Keeps the memory that `to` has.
void crop(const Image& from, const Part& part, Image& to);

/// Exchanges left and right.
void mirror(Image& image);

/// The image with another size.
Image fit(const Image& image, std::int64_t width, std::int64_t height, Fit how);

/// "stretch", "crop" or "pad"
std::string_view name_of(Fit how);
/// The way back; throws BadInput with the valid names.
Fit fit_by_name(std::string_view name);

}  // namespace lehr::image
