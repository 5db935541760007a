#include "lehr/image/image.hpp"

#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr {

std::span<std::uint8_t> Image::reset(const Shape& shape, int depth) {
  channels = shape[0];
  height = shape[1];
  width = shape[2];
  bits = depth;
  pixels.resize(static_cast<std::size_t>(channels * height * width) * (depth > 8 ? 2 : 1));
  return pixels;
}

std::span<std::uint16_t> Image::wide() {
  return {reinterpret_cast<std::uint16_t*>(pixels.data()), pixels.size() / 2};
}

std::span<const std::uint16_t> Image::wide() const {
  return {reinterpret_cast<const std::uint16_t*>(pixels.data()), pixels.size() / 2};
}

namespace image {
namespace {

std::string size_text(const Image& image) {
  return "a picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
         " pixels with " + counted(image.channels, "channel") + " of " + counted(image.bits, "bit");
}

}  // namespace

void check(const Image& image) {
  constexpr std::int64_t most = std::int64_t{1} << 31;
  const auto is_side = [](std::int64_t side) { return side >= 1 && side < most; };
  if (!is_side(image.width) || !is_side(image.height) || !is_side(image.channels) ||
      (image.bits != 8 && image.bits != 16)) {
    throw BadInput("a picture needs sides and channels of at least 1, and values of 8 or 16 bits; found " +
                   size_text(image));
  }
  const double expected = static_cast<double>(image.width) * static_cast<double>(image.height) *
                          static_cast<double>(image.channels) * (image.bits / 8);
  if (static_cast<double>(image.pixels.size()) == expected) return;
  throw BadInput(size_text(image) + " needs " + number_text(expected) + " bytes, found " +
                 std::to_string(image.pixels.size()));
}

}  // namespace image
}  // namespace lehr
