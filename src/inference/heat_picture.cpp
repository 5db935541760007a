#include <algorithm>
#include <array>
#include <cmath>

#include "data/pictures.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/inference/grad_cam.hpp"
#include "lehr/store/atomic_file.hpp"

namespace lehr {
namespace {

using Colour = std::array<double, 3>;

/// The heat as shares of its largest value, in the size of a picture.
Image stretched(const Tensor& heat, std::int64_t width, std::int64_t height) {
  if (heat.shape().rank() != 2 || heat.data() == nullptr) {
    throw BadInput("heat of shape (height, width) was expected, found " + heat.shape().str());
  }
  const std::span<const float> values = heat.elements<float>();
  const float largest = std::ranges::max(values);
  Image small;
  small.reset({1, heat.shape()[0], heat.shape()[1]}, 16);
  constexpr double full = 65535;
  std::ranges::transform(values, small.wide().begin(), [&](float value) {
    const double share = largest > 0 ? static_cast<double>(value / largest) : 0.0;
    return static_cast<std::uint16_t>(std::lround(full * std::clamp(share, 0.0, 1.0)));
  });
  return image::resize(small, width, height);
}

/// From dark violet over orange to bright yellow.
Colour colour_of(double share) {
  static constexpr std::array<Colour, 4> anchors{
      Colour{60, 10, 110}, {190, 40, 90}, {250, 130, 20}, {255, 240, 90}};
  const double at = share * static_cast<double>(anchors.size() - 1);
  const auto from = std::min(static_cast<std::size_t>(at), anchors.size() - 2);
  Colour colour{};
  for (std::size_t c = 0; c < colour.size(); ++c) {
    colour[c] =
        anchors[from][c] + (at - static_cast<double>(from)) * (anchors[from + 1][c] - anchors[from][c]);
  }
  return colour;
}

/// Two pictures of one size side by side, each pixel as a square of `scale` pixels.
Image side_by_side(const Image& left, const Image& right, std::int64_t scale) {
  Image both;
  const std::int64_t width = left.width * scale;
  const std::span<std::uint8_t> pixels = both.reset({3, left.height * scale, 2 * width});
  std::size_t at = 0;
  for (std::int64_t y = 0; y < both.height; ++y) {
    for (std::int64_t x = 0; x < both.width; ++x) {
      const Image& from = x < width ? left : right;
      const auto pixel = static_cast<std::size_t>((y / scale * from.width + x % width / scale) * 3);
      for (std::size_t c = 0; c < 3; ++c) pixels[at++] = from.pixels[pixel + c];
    }
  }
  return both;
}

Image as_rgb(const Image& picture) { return image::with_bits(image::with_channels(picture, 3), 8); }

}  // namespace

Image with_heat(const Image& picture, const Tensor& heat) {
  constexpr double strongest = 0.7;  // the picture stays visible below
  Image shown = as_rgb(picture);
  const Image shares = stretched(heat, picture.width, picture.height);
  for (std::size_t i = 0; i < shares.wide().size(); ++i) {
    const double share = static_cast<double>(shares.wide()[i]) / 65535;
    const Colour colour = colour_of(share);
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint8_t& value = shown.pixels[3 * i + c];
      value = static_cast<std::uint8_t>(
          std::lround(value + strongest * share * (colour[c] - static_cast<double>(value))));
    }
  }
  return shown;
}

void save_explanation(const std::filesystem::path& file, const Image& picture, const Tensor& heat) {
  constexpr std::int64_t least_side = 224;
  const std::int64_t side = std::max<std::int64_t>(std::min(picture.width, picture.height), 1);
  const std::int64_t scale = std::max<std::int64_t>(1, least_side / side);
  const Image both = side_by_side(as_rgb(picture), with_heat(picture, heat), scale);
  store::write_file_atomically(file, [&](std::ostream& out) { out << pictures::png(both); });
}

}  // namespace lehr
