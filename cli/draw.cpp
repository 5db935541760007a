#include "draw.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace lehr::cli {
namespace {

using Colour = std::array<std::uint8_t, 3>;

struct Pixels {
  std::span<const std::uint8_t> pixels;
  std::int64_t channels, height, width;

  /// Returns black below the last row.
  Colour at(std::int64_t row, std::int64_t column) const {
    if (row >= height) return {0, 0, 0};
    const auto first = static_cast<std::size_t>((row * width + column) * channels);
    if (channels < 3) return {pixels[first], pixels[first], pixels[first]};
    return {pixels[first], pixels[first + 1], pixels[first + 2]};
  }
};

std::string coloured_cell(const Colour& upper, const Colour& lower) {
  return fmt::format("\x1b[38;2;{};{};{};48;2;{};{};{}m▀", upper[0], upper[1], upper[2], lower[0], lower[1],
                     lower[2]);
}

char plain_cell(const Colour& upper, const Colour& lower) {
  constexpr std::string_view ramp = " .:-=+*#%@";
  std::size_t sum = 0;
  for (const std::uint8_t value : upper) sum += value;
  for (const std::uint8_t value : lower) sum += value;
  constexpr std::size_t brightest = 6 * 255;
  return ramp[sum * (ramp.size() - 1) / brightest];
}

}  // namespace

std::vector<std::string> draw(std::span<const std::uint8_t> pixels, const Shape& shape, bool colours) {
  const Pixels picture{pixels, shape[0], shape[1], shape[2]};
  std::vector<std::string> lines;
  for (std::int64_t row = 0; row < picture.height; row += 2) {
    std::string line;
    for (std::int64_t column = 0; column < picture.width; ++column) {
      const Colour upper = picture.at(row, column);
      const Colour lower = picture.at(row + 1, column);
      if (colours) {
        line += coloured_cell(upper, lower);
      } else {
        line += plain_cell(upper, lower);
      }
    }
    lines.push_back(colours ? line + "\x1b[0m" : line);
  }
  return lines;
}

}  // namespace lehr::cli
