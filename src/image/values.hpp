#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "lehr/image/image.hpp"

namespace lehr::image {

/// The values of an image, as bytes or as 16-bit numbers.
template <class Value>
std::span<const Value> values_of(const Image& image) {
  if constexpr (sizeof(Value) == 2) {
    return image.wide();
  } else {
    return image.pixels;
  }
}

template <class Value>
std::span<Value> values_of(Image& image) {
  if constexpr (sizeof(Value) == 2) {
    return image.wide();
  } else {
    return image.pixels;
  }
}

/// Calls `action` with a value of the image's type: `with_values(image, [&](auto zero) { ... })`.
template <class Action>
void with_value_type(const Image& image, const Action& action) {
  image.bits == 8 ? action(std::uint8_t{0}) : action(std::uint16_t{0});
}

/// The channels without alpha, the last of 2 or 4.
inline std::int64_t colour_channels(const Image& image) {
  return image.channels % 2 == 0 ? image.channels - 1 : image.channels;
}

/// A level from 0 to 255 as a value of any depth.
template <class Value>
Value value_of_level(double level) {
  return static_cast<Value>(std::lround(level * (sizeof(Value) == 1 ? 1 : 257)));
}

/// The luma of a colour with torchvision's weights.
template <class Value>
float luma_of(const Value* colour) {
  return 0.2989F * static_cast<float>(colour[0]) + 0.587F * static_cast<float>(colour[1]) +
         0.114F * static_cast<float>(colour[2]);
}

/// Throws BadInput unless the number is in the range: "the factor of a contrast must be from 0 to 100, found
/// -1".
void check_factor(const char* what, double factor, double least = 0, double most = 100);

/// The position inside 0 to size - 1 of a position beyond, if the line is mirrored at its ends.
inline std::int64_t reflected(std::int64_t position, std::int64_t size) {
  if (position >= 0 && position < size) return position;
  if (size == 1) return 0;
  const std::int64_t period = 2 * (size - 1);
  position = ((position % period) + period) % period;
  return position < size ? position : period - position;
}

}  // namespace lehr::image
