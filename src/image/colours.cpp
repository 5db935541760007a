// Changes that treat the colours of each pixel together.
#include <algorithm>
#include <cmath>
#include <limits>

#include "image/values.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::image {
namespace {

/// Calls `change` with the first value of each pixel, as a pointer.
template <class Change>
void for_each_pixel(Image& image, const Change& change) {
  with_value_type(image, [&](auto zero) {
    const auto values = values_of<decltype(zero)>(image);
    for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(image.channels)) {
      change(values.data() + i);
    }
  });
}

bool has_colours(const Image& image) { return image.channels == 3 || image.channels == 4; }

template <class Value>
Value cut(float value) {
  return static_cast<Value>(std::clamp(value, 0.F, static_cast<float>(std::numeric_limits<Value>::max())));
}

/// Turns the hue of one pixel. In HSV, value and saturation stay, so the largest and the smallest of the
/// three colours stay. The hue counts sixths of the circle, from red over green to blue.
template <class Value>
void turn_hue(Value* pixel, float sixths) {
  const int red = pixel[0];
  const int green = pixel[1];
  const int blue = pixel[2];
  const int most = std::max({red, green, blue});
  const int least = std::min({red, green, blue});
  if (most == least) return;
  const auto range = static_cast<float>(most - least);
  float hue = 0;
  if (most == red) {
    hue = static_cast<float>(green - blue) / range;
  } else if (most == green) {
    hue = 2 + static_cast<float>(blue - red) / range;
  } else {
    hue = 4 + static_cast<float>(red - green) / range;
  }
  hue += sixths;
  hue -= 6 * std::floor(hue / 6);
  // A colour is full within one sixth of its own hue, zero beyond two, and falls between them.
  const auto colour = [&](float own) {
    float distance = std::abs(hue - own);
    distance = std::min(distance, 6 - distance);
    const float share = std::clamp(2 - distance, 0.F, 1.F);
    return static_cast<Value>(static_cast<float>(least) + range * share + 0.5F);
  };
  pixel[0] = colour(0);
  pixel[1] = colour(2);
  pixel[2] = colour(4);
}

}  // namespace

void adjust_saturation(Image& image, double factor) {
  check(image);
  check_factor("the factor of a saturation", factor);
  if (!has_colours(image)) return;
  const auto own = static_cast<float>(factor);
  for_each_pixel(image, [&](auto* pixel) {
    const float grey = std::floor(luma_of(pixel)) * (1 - own);
    for (int c = 0; c < 3; ++c) {
      using Value = std::remove_pointer_t<decltype(pixel)>;
      pixel[c] = cut<Value>(static_cast<float>(pixel[c]) * own + grey);
    }
  });
}

void adjust_hue(Image& image, double turn) {
  check(image);
  check_factor("the turn of a hue", turn, -0.5, 0.5);
  if (!has_colours(image) || turn == 0) return;
  const auto sixths = static_cast<float>(6 * turn);
  for_each_pixel(image, [&](auto* pixel) { turn_hue(pixel, sixths); });
}

void grayscale(Image& image) {
  check(image);
  if (!has_colours(image)) return;
  for_each_pixel(image, [](auto* pixel) {
    using Value = std::remove_pointer_t<decltype(pixel)>;
    std::fill_n(pixel, 3, static_cast<Value>(luma_of(pixel)));
  });
}

}  // namespace lehr::image
