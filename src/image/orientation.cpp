#include "image/orientation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace lehr::image {
namespace {

/// Integers at any place of a block of EXIF data, whose header gives their byte order. libexif would
/// parse all entries; lehr needs one.
class ExifBlock {
 public:
  ExifBlock(std::span<const std::uint8_t> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  /// An integer of `size` bytes, unless the block ends before it.
  std::optional<std::uint32_t> integer(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value = value << 8 | bytes_[at + (big_endian_ ? i : size - 1 - i)];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

constexpr std::uint32_t orientation_tag = 0x0112;
constexpr std::uint32_t type_short = 3;
constexpr std::size_t entry_bytes = 12;

/// A walk over the pixels of an image, in pixels: `start`, then `right` for the next one of the row
/// and `down` for the next row.
struct Walk {
  std::int64_t start, right, down;
};

/// The order in which an upright picture takes the pixels of one of width x height.
Walk upright_walk(int orientation, std::int64_t width, std::int64_t height) {
  const std::int64_t last_column = width - 1;
  const std::int64_t last_row = (height - 1) * width;
  switch (orientation) {
    case 2:
      return {last_column, -1, width};
    case 3:
      return {last_row + last_column, -1, -width};
    case 4:
      return {last_row, 1, -width};
    case 5:
      return {0, width, 1};
    case 6:
      return {last_row, -width, 1};
    case 7:
      return {last_row + last_column, -width, -1};
    default:  // 8
      return {last_column, width, -1};
  }
}

template <std::size_t bytes>
void copy_pixels(const Image& from, const Walk& walk, Image& to) {
  std::uint8_t* out = to.pixels.data();
  for (std::int64_t y = 0; y < to.height; ++y) {
    std::int64_t pixel = walk.start + y * walk.down;
    for (std::int64_t x = 0; x < to.width; ++x, pixel += walk.right) {
      out = std::copy_n(from.pixels.data() + pixel * static_cast<std::int64_t>(bytes), bytes, out);
    }
  }
}

void copy_walk(const Image& from, const Walk& walk, Image& to) {
  switch (from.channels * from.bits / 8) {
    case 1:
      return copy_pixels<1>(from, walk, to);
    case 2:
      return copy_pixels<2>(from, walk, to);
    case 3:
      return copy_pixels<3>(from, walk, to);
    case 4:
      return copy_pixels<4>(from, walk, to);
    case 6:
      return copy_pixels<6>(from, walk, to);
    default:
      return copy_pixels<8>(from, walk, to);
  }
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
  constexpr std::array<std::uint8_t, 6> prefix{'E', 'x', 'i', 'f', 0, 0};
  if (exif.size() > prefix.size() && std::equal(prefix.begin(), prefix.end(), exif.begin())) {
    exif = exif.subspan(prefix.size());
  }
  if (exif.empty() || (exif[0] != 'I' && exif[0] != 'M')) return 1;
  const ExifBlock block(exif, exif[0] == 'M');
  const std::size_t directory = block.integer(4, 4).value_or(0);
  const std::size_t entries = block.integer(directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * entry_bytes;
    const auto tag = block.integer(entry, 2);
    if (!tag) return 1;
    if (tag != orientation_tag) continue;
    const std::uint32_t value = block.integer(entry + 8, 2).value_or(1);
    return block.integer(entry + 2, 2) == type_short && value >= 1 && value <= 8 ? static_cast<int>(value)
                                                                                 : 1;
  }
  return 1;
}

Part stored_part(const Part& upright, int orientation, const Size& stored) {
  if (orientation < 2 || orientation > 8) return upright;
  const Walk walk = upright_walk(orientation, stored.width, stored.height);
  const auto place = [&](std::int64_t x, std::int64_t y) {
    return walk.start + x * walk.right + y * walk.down;
  };
  const std::int64_t one = place(upright.left, upright.top);
  const std::int64_t other = place(upright.left + upright.width - 1, upright.top + upright.height - 1);
  const auto [left, right] = std::minmax({one % stored.width, other % stored.width});
  const auto [top, bottom] = std::minmax({one / stored.width, other / stored.width});
  return {left, top, right - left + 1, bottom - top + 1};
}

void make_upright(Image& image, int orientation) {
  if (orientation < 2 || orientation > 8) return;
  const bool turned = orientation >= 5;
  Image upright;
  upright.reset({image.channels, turned ? image.width : image.height, turned ? image.height : image.width},
                image.bits);
  copy_walk(image, upright_walk(orientation, image.width, image.height), upright);
  image = std::move(upright);
}

}  // namespace lehr::image
