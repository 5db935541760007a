#include "data/look.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "lehr/core/hash.hpp"
#include "lehr/image/edit.hpp"

namespace lehr::data {
namespace {

constexpr std::size_t grey_side = 2 * look_side;  ///< of the picture from which code and thumbnail are made
constexpr std::size_t frequencies = 8;
constexpr float most_difference = 0.1F;
constexpr float full_detail = 150;
constexpr float least_energy = 2.0F * 2 * look_side * (look_side - 1);  // 2 for each gradient

using Grey = std::array<std::uint8_t, grey_side * grey_side>;
using Waves = std::array<std::array<float, grey_side>, frequencies>;

const Waves& waves() {
  static const Waves table = [] {
    Waves made{};
    for (std::size_t f = 0; f < frequencies; ++f) {
      for (std::size_t x = 0; x < grey_side; ++x) {
        const double angle = std::numbers::pi * static_cast<double>((2 * x + 1) * f) / (2 * grey_side);
        made[f][x] = static_cast<float>(std::cos(angle));
      }
    }
    return made;
  }();
  return table;
}

std::uint64_t content_of(const Image& picture) {
  Hash hash;
  for (const std::int64_t number :
       {picture.width, picture.height, picture.channels, std::int64_t{picture.bits}})
    hash.add_number(static_cast<std::uint64_t>(number));
  hash.add_numbers(std::span<const std::uint8_t>(picture.pixels));
  return hash.value();
}

/// The signs of the lowest frequencies of a discrete cosine transform, without the mean.
std::uint64_t code_of(const Grey& grey) {
  std::array<std::array<float, grey_side>, frequencies> rows{};  // transformed from top to bottom
  for (std::size_t f = 0; f < frequencies; ++f) {
    for (std::size_t y = 0; y < grey_side; ++y) {
      for (std::size_t x = 0; x < grey_side; ++x)
        rows[f][x] += waves()[f][y] * static_cast<float>(grey[y * grey_side + x]);
    }
  }
  std::uint64_t code = 0;
  for (std::size_t f = 0; f < frequencies; ++f) {
    for (std::size_t g = f == 0 ? 1 : 0; g < frequencies; ++g) {
      float sum = 0;
      for (std::size_t x = 0; x < grey_side; ++x) sum += rows[f][x] * waves()[g][x];
      code = code << 1U | (sum > 0 ? 1U : 0U);
    }
  }
  return code;
}

/// Calls use(difference) for each two neighbours of the thumbnails.
template <class Use>
void for_each_gradient(const Use& use) {
  for (std::size_t y = 0; y < look_side; ++y) {
    for (std::size_t x = 0; x < look_side; ++x) {
      const std::size_t at = y * look_side + x;
      if (x + 1 < look_side) use(at, at + 1);
      if (y + 1 < look_side) use(at, at + look_side);
    }
  }
}

void measure_gradients(Look& look) {
  double squares = 0;
  double fourth = 0;
  for_each_gradient([&](std::size_t from, std::size_t to) {
    const double square = std::pow(look.thumbnail[to] - look.thumbnail[from], 2);
    squares += square;
    fourth += square * square;
  });
  look.energy = static_cast<float>(squares);
  look.detail = fourth > 0 ? static_cast<float>(squares * squares / fourth) : 0;
}

}  // namespace

void look_at(const Image& picture, Image& room, Look& look) {
  constexpr auto side = static_cast<std::int64_t>(grey_side);
  image::resize(picture, {side, side}, Filter::bilinear, room);
  const Image small = image::with_bits(image::with_channels(room, 1, Background::white), 8);
  look.readable = true;
  look.channels = static_cast<std::uint8_t>(picture.channels);
  look.bits = static_cast<std::uint8_t>(picture.bits);
  look.width = static_cast<std::uint32_t>(picture.width);
  look.height = static_cast<std::uint32_t>(picture.height);
  look.content = content_of(picture);
  Grey grey;
  std::copy(small.pixels.begin(), small.pixels.end(), grey.begin());
  look.code = code_of(grey);
  constexpr auto half = static_cast<std::int64_t>(look_side);
  image::resize(small, {half, half}, Filter::bilinear, room);
  std::copy(room.pixels.begin(), room.pixels.end(), look.thumbnail.begin());
  measure_gradients(look);
}

bool equal(const Look& a, const Look& b) {
  return a.content == b.content && a.width == b.width && a.height == b.height && a.code == b.code;
}

bool plain(const Look& look) { return look.energy < least_energy; }

bool alike(const Look& a, const Look& b) {
  if (std::popcount(a.code ^ b.code) > most_code_distance) return false;
  if (plain(a) || plain(b)) return false;
  int product = 0;
  for_each_gradient([&](std::size_t from, std::size_t to) {
    product += (a.thumbnail[to] - a.thumbnail[from]) * (b.thumbnail[to] - b.thumbnail[from]);
  });
  const float correlation = static_cast<float>(product) / std::sqrt(a.energy * b.energy);
  const float share = std::min(1.0F, std::min(a.detail, b.detail) / full_detail);
  return 1 - correlation <= most_difference * share * share;
}

}  // namespace lehr::data
