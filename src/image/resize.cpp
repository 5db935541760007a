#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "image/sides.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::image {
namespace {

constexpr int precision_bits = 22;  // integer weights, so that every machine gives the same bytes

/// The input positions whose weighted mean is one output position.
struct Window {
  std::int64_t first = 0;
  std::vector<std::int32_t> weights;
};

/// A triangle filter, as wide as two input pixels, or as two output pixels if the image shrinks.
std::vector<Window> triangle_windows(std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  std::vector<Window> windows(static_cast<std::size_t>(to));
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - support + 0.5));
    const auto last = std::min<std::int64_t>(from, static_cast<std::int64_t>(centre + support + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (std::int64_t j = first; j < last; ++j) {
      const double distance = std::abs((static_cast<double>(j) + 0.5 - centre) / support);
      weights.push_back(std::max(0.0, 1 - distance));
      sum += weights.back();
    }
    Window& window = windows[static_cast<std::size_t>(i)];
    window.first = first;
    for (const double weight : weights) {
      window.weights.push_back(static_cast<std::int32_t>(std::lround(weight / sum * (1 << precision_bits))));
    }
  }
  return windows;
}

/// An image's values and their layout: `lines` rows of `length` positions with `step` values each.
template <class Value>
struct Rows {
  const Value* values;
  std::int64_t lines, length, step;
};

/// Resamples each line to windows.size() positions.
template <class Value>
void resample(const Rows<Value>& in, const std::vector<Window>& windows, Value* out) {
  // 255 << 22 fits 32 bits, 65535 << 22 does not.
  using Sum = std::conditional_t<sizeof(Value) == 1, std::int32_t, std::int64_t>;
  constexpr Sum largest = std::numeric_limits<Value>::max();
  for (std::int64_t line = 0; line < in.lines; ++line) {
    const Value* source = in.values + line * in.length * in.step;
    for (const Window& window : windows) {
      const Value* first = source + window.first * in.step;
      for (std::int64_t i = 0; i < in.step; ++i) {
        Sum sum = Sum{1} << (precision_bits - 1);
        const Value* value = first + i;
        for (const std::int32_t weight : window.weights) {
          sum += static_cast<Sum>(weight) * static_cast<Sum>(*value);
          value += in.step;
        }
        *out++ = static_cast<Value>(std::clamp<Sum>(sum >> precision_bits, 0, largest));
      }
    }
  }
}

/// Resizes one direction at a time, first horizontally and then vertically.
template <class Value>
void resize_values(const Image& image, Image& result) {
  const auto values = [](auto& pixels) { return reinterpret_cast<Value*>(pixels.data()); };
  std::vector<std::uint8_t> across;
  const auto* from = reinterpret_cast<const Value*>(image.pixels.data());
  if (result.width != image.width) {
    const auto windows = triangle_windows(image.width, result.width);
    if (result.height == image.height) {
      return resample<Value>({from, image.height, image.width, image.channels}, windows,
                             values(result.pixels));
    }
    across.resize(static_cast<std::size_t>(result.width * image.height * image.channels) * sizeof(Value));
    resample<Value>({from, image.height, image.width, image.channels}, windows, values(across));
    from = values(across);
  }
  const auto windows = triangle_windows(image.height, result.height);
  resample<Value>({from, 1, image.height, result.width * image.channels}, windows, values(result.pixels));
}

}  // namespace

Image resize(const Image& image, std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1 || width > longest_side || height > longest_side) {
    throw BadInput("a picture cannot be resized to " + std::to_string(width) + " x " +
                   std::to_string(height) + "; expected sides from 1 to " + std::to_string(longest_side));
  }
  if (image.width > longest_side || image.height > longest_side) {
    throw BadInput("a picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                   " pixels cannot be resized; expected sides of at most " + std::to_string(longest_side));
  }
  check(image);
  if (width == image.width && height == image.height) return image;
  Image result;
  result.reset({image.channels, height, width}, image.bits);
  image.bits == 8 ? resize_values<std::uint8_t>(image, result) : resize_values<std::uint16_t>(image, result);
  return result;
}

}  // namespace lehr::image
