#include <algorithm>
#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::data {
namespace {

constexpr std::int64_t longest_side = 1 << 16;
constexpr int precision_bits = 22;  // weights as integers, so that every machine gives the same bytes

/// The input positions that one output position is a weighted mean of.
struct Window {
  std::int64_t first = 0;
  std::vector<std::int32_t> weights;
};

/// A triangle as wide as two input pixels, or two output pixels where the image shrinks.
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

/// Lines of `to.size()` positions from lines of `from` positions, each position being `step` bytes.
std::vector<std::uint8_t> resample(const std::vector<std::uint8_t>& in, std::int64_t lines, std::int64_t from,
                                   const std::vector<Window>& to, std::int64_t step) {
  std::vector<std::uint8_t> out;
  out.reserve(static_cast<std::size_t>(lines * step) * to.size());
  for (std::int64_t line = 0; line < lines; ++line) {
    const std::uint8_t* source = in.data() + line * from * step;
    for (const Window& window : to) {
      for (std::int64_t byte = 0; byte < step; ++byte) {
        std::int64_t sum = std::int64_t{1} << (precision_bits - 1);
        for (std::size_t k = 0; k < window.weights.size(); ++k) {
          const std::int64_t at = window.first + static_cast<std::int64_t>(k);
          sum += std::int64_t{window.weights[k]} * source[at * step + byte];
        }
        out.push_back(static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> precision_bits, 0, 255)));
      }
    }
  }
  return out;
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
  const bool whole = image.width >= 1 && image.height >= 1 && image.channels >= 1 &&
                     image.channels <= longest_side &&
                     std::ssize(image.pixels) == image.width * image.height * image.channels;
  if (!whole) {
    throw BadInput("a picture of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                   " with " + counted(image.channels, "channel") +
                   " needs a byte for each pixel and channel, found " + counted(image.pixels.size(), "byte"));
  }
  Image result{.width = width, .height = height, .channels = image.channels, .pixels = image.pixels};
  if (width != image.width) {
    const auto windows = triangle_windows(image.width, width);
    result.pixels = resample(result.pixels, image.height, image.width, windows, image.channels);
  }
  if (height != image.height) {
    const auto windows = triangle_windows(image.height, height);
    result.pixels = resample(result.pixels, 1, image.height, windows, width * image.channels);
  }
  return result;
}

}  // namespace lehr::data
