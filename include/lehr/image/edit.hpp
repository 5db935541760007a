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
/// PIL's convert("L")). Grey becomes three equal channels. If alpha is removed, the picture is composed
/// over the background. If it is added, it is opaque.
Image with_channels(const Image& image, std::int64_t channels, Background background = Background::none);

/// The image with 8 or 16 bits per value. From 16 bits, the upper 8 are kept. A value v of 8 bits
/// becomes 257 * v.
Image with_bits(const Image& image, int bits);

struct Size {
  std::int64_t width = 1, height = 1;
};

/// The image with another size, like Pillow's Image.resize. Throws BadInput if a side is longer than
/// 65,536 or there are more than 4 channels.
Image resize(const Image& image, std::int64_t width, std::int64_t height, Filter filter = Filter::bilinear);
/// Reuses the memory of `to`, which must be another image than `from`.
void resize(const Image& from, const Size& size, Filter filter, Image& to);

/// A part of an image. It may reach beyond the image.
struct Part {
  std::int64_t left = 0, top = 0, width = 1, height = 1;
};
/// A part of an image in real coordinates.
struct Box {
  double left = 0, top = 0, width = 1, height = 1;
};
/// Crops and resizes at once: equal to crop() and then resize(), as torchvision's resized_crop. Reuses
/// the memory of `to`. Throws BadInput like resize, or if the part reaches beyond the image.
void resize_part(const Image& from, const Part& part, const Size& size, Filter filter, Image& to);
/// Pillow's Image.resize with `box`. At the edges of the box, the filter also uses pixels outside of it.
void resize_part(const Image& from, const Box& box, const Size& size, Filter filter, Image& to);

/// What lies beyond the edges of an image.
struct Border {
  /// The image itself, mirrored at its outermost pixels. False: `level`.
  bool reflect = false;
  double level = 0;  ///< of all channels, from 0 to 255 for any depth
  friend bool operator==(const Border&, const Border&) = default;
};
/// Copies that part of `from` to `to`. Reuses the memory of `to`, which must be another image.
void crop(const Image& from, const Part& part, Image& to, const Border& border = {});

/// Swaps left and right.
void mirror(Image& image);
/// Swaps top and bottom.
void turn_over(Image& image);

/// The image with another size.
Image fit(const Image& image, std::int64_t width, std::int64_t height, Fit how,
          Filter filter = Filter::bilinear);

/// "squash", "crop" or "pad"
std::string_view name_of(Fit how);
/// The inverse of name_of; "stretch" is "squash" too. Throws BadInput with the valid names.
Fit fit_by_name(std::string_view name);
/// "bilinear", "bicubic" or "lanczos"
std::string_view name_of(Filter filter);
Filter filter_by_name(std::string_view name);
/// "white", "black" or "none"
std::string_view name_of(Background background);
Background background_by_name(std::string_view name);

}  // namespace lehr::image
