#include <algorithm>
#include <limits>
#include <string>

#include "image/values.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

/// ITU-R BT.601 in 16-bit fixed point, like PIL's convert("L").
template <class Value>
Value luma(const Value* colour) {
  const std::uint64_t sum =
      std::uint64_t{19595} * colour[0] + std::uint64_t{38470} * colour[1] + std::uint64_t{7471} * colour[2];
  return static_cast<Value>((sum + 0x8000) >> 16);
}

bool has_alpha(std::int64_t channels) { return channels % 2 == 0; }
bool is_colour(std::int64_t channels) { return channels > 2; }

template <class Value>
void convert(const Image& from, Image& to) {
  const auto in_channels = static_cast<std::size_t>(from.channels);
  const auto out_channels = static_cast<std::size_t>(to.channels);
  const std::span<const Value> in = values_of<Value>(from);
  const std::span<Value> out = values_of<Value>(to);
  constexpr auto opaque = static_cast<Value>(-1);
  for (std::size_t i = 0, o = 0; i < in.size(); i += in_channels, o += out_channels) {
    const Value* source = in.data() + i;
    Value* target = out.data() + o;
    if (!is_colour(to.channels)) {
      *target++ = is_colour(from.channels) ? luma(source) : *source;
    } else if (is_colour(from.channels)) {
      target = std::copy_n(source, 3, target);
    } else {
      target = std::fill_n(target, 3, *source);
    }
    if (has_alpha(to.channels)) *target = has_alpha(from.channels) ? source[in_channels - 1] : opaque;
  }
}

/// Composes the colours over a grey, without alpha.
template <class Value>
void compose(const Image& from, Value background, Image& to) {
  constexpr std::uint64_t opaque = std::numeric_limits<Value>::max();
  const auto colours = static_cast<std::size_t>(to.channels);
  const std::span<const Value> in = values_of<Value>(from);
  Value* out = values_of<Value>(to).data();
  for (std::size_t i = 0; i < in.size(); i += colours + 1) {
    const std::uint64_t alpha = in[i + colours];
    for (std::size_t c = 0; c < colours; ++c) {
      *out++ = static_cast<Value>((in[i + c] * alpha + background * (opaque - alpha) + opaque / 2) / opaque);
    }
  }
}

Image composed(const Image& image, Background background) {
  Image result;
  result.reset({image.channels - 1, image.height, image.width}, image.bits);
  const bool white = background == Background::white;
  image.bits == 8 ? compose<std::uint8_t>(image, white ? 255 : 0, result)
                  : compose<std::uint16_t>(image, white ? 65535 : 0, result);
  return result;
}

void check_channels(std::int64_t channels) {
  if (channels >= 1 && channels <= 4) return;
  throw BadInput("a picture cannot be converted from or to " + counted(channels, "channel") +
                 "; expected 1 to 4");
}

}  // namespace

Image with_channels(const Image& image, std::int64_t channels, Background background) {
  check(image);
  if (image.channels == channels) return image;
  check_channels(channels);
  check_channels(image.channels);
  if (has_alpha(image.channels) && !has_alpha(channels) && background != Background::none) {
    return with_channels(composed(image, background), channels);
  }
  Image result;
  result.reset({channels, image.height, image.width}, image.bits);
  image.bits == 8 ? convert<std::uint8_t>(image, result) : convert<std::uint16_t>(image, result);
  return result;
}

Image with_bits(const Image& image, int bits) {
  check(image);
  if (image.bits == bits) return image;
  if (bits != 8 && bits != 16) {
    throw BadInput("a picture has values of 8 or 16 bits, found a wish for " + std::to_string(bits));
  }
  Image result;
  result.reset(image.shape(), bits);
  if (bits == 8) {
    std::ranges::transform(image.wide(), result.pixels.begin(),
                           [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); });
  } else {
    std::ranges::transform(image.pixels, result.wide().begin(),
                           [](std::uint8_t value) { return static_cast<std::uint16_t>(257 * value); });
  }
  return result;
}

}  // namespace lehr::image
