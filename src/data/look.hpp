#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/image/image.hpp"

namespace lehr::data {

/// The side of Look::thumbnail.
inline constexpr std::size_t look_side = 16;

/// What is kept of a picture to describe it and to find others that look like it.
struct Look {
  bool readable = false;  ///< false: nothing else is known
  bool inks = false;      ///< CMYK in its file
  std::uint8_t channels = 0, bits = 0;
  std::uint32_t width = 0, height = 0;
  std::string_view format{};  ///< of its file; empty if it has none
  std::uint64_t content = 0;  ///< checksum of size, channels, depth and pixels
  std::uint64_t code = 0;     ///< perceptual hash: signs of low frequencies
  float energy = 0;           ///< sum of the squares of the thumbnail's gradients
  float detail = 0;           ///< number of gradients that carry it, about
  std::array<std::uint8_t, look_side * look_side> thumbnail{};  ///< grey
};

/// Describes a picture. `room` is memory that the next call reuses. Throws BadInput if it has more than 4
/// channels.
void look_at(const Image& picture, Image& room, Look& look);

/// Whether the pixels are equal.
bool equal(const Look& a, const Look& b);

/// Whether two pictures look alike: one is the other at another size, quality or brightness.
///
/// Their codes may differ in `most_code_distance` of 63 bits, and the gradients of their thumbnails must
/// correlate: 1 - r <= most_difference * min(1, detail / full_detail)^2. Pictures with little detail, such as
/// digits, must agree more, and those with hardly any resemble none. Source of the codes: the "perceptual
/// hash" of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), 3.2.1, with
/// signs instead of a comparison with the median.
bool alike(const Look& a, const Look& b);
inline constexpr int most_code_distance = 7;
/// Whether it has so little detail that it resembles none.
bool plain(const Look& look);

/// Numbers of pictures that belong together, each group in rising order.
using LookGroups = std::vector<std::vector<std::uint32_t>>;

/// Pictures with equal pixels, two or more in a group. The groups are in the order of their first pictures.
LookGroups equal_looks(std::span<const Look> looks);
/// Pictures that are alike. A group is the first one and all that are alike to it and to no first one before.
/// Equal pictures are in one group; a group has at least two different pictures. Time and memory are in
/// proportion to the number of pictures.
LookGroups alike_looks(std::span<const Look> looks, const LookGroups& equal_ones);

}  // namespace lehr::data
