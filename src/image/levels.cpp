// Changes that treat each value by itself: a table of the levels does them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "image/values.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::image {
namespace {

template <class Value>
constexpr std::size_t level_count = std::size_t{std::numeric_limits<Value>::max()} + 1;

/// A new level for each level.
template <class Value>
using Levels = std::vector<Value>;

/// The table of `f`, which takes and returns doubles. Results are cut to the range and to whole numbers, as
/// torchvision does.
template <class Value, class Function>
Levels<Value> levels_of(const Function& f) {
  constexpr double largest = std::numeric_limits<Value>::max();
  Levels<Value> levels(level_count<Value>);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = static_cast<Value>(std::clamp(static_cast<double>(f(static_cast<double>(i))), 0.0, largest));
  }
  return levels;
}

template <class Value>
void replace(Image& image, std::int64_t channel, const Levels<Value>& levels) {
  const std::span<Value> values = values_of<Value>(image);
  const auto step = static_cast<std::size_t>(image.channels);
  for (auto i = static_cast<std::size_t>(channel); i < values.size(); i += step)
    values[i] = levels[values[i]];
}

/// Replaces the levels of all colours by those of `f`.
template <class Function>
void change_levels(Image& image, const Function& f) {
  with_value_type(image, [&](auto zero) {
    const auto levels = levels_of<decltype(zero)>(f);
    for (std::int64_t channel = 0; channel < colour_channels(image); ++channel)
      replace(image, channel, levels);
  });
}

double largest_of(const Image& image) { return image.bits == 8 ? 255 : 65535; }

/// The mean of the luma, each one cut to a whole number.
template <class Value>
double mean_luma(const Image& image) {
  const std::span<const Value> values = values_of<Value>(image);
  const auto step = static_cast<std::size_t>(image.channels);
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); i += step) {
    sum += step > 2 ? std::floor(luma_of(values.data() + i)) : static_cast<double>(values[i]);
  }
  return sum / (static_cast<double>(image.width) * static_cast<double>(image.height));
}

template <class Value>
void stretch_channel(Image& image, std::int64_t channel) {
  const std::span<const Value> values = values_of<Value>(std::as_const(image));
  Value least = std::numeric_limits<Value>::max();
  Value most = 0;
  for (auto i = static_cast<std::size_t>(channel); i < values.size();
       i += static_cast<std::size_t>(image.channels)) {
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  if (least >= most) return;
  const double scale = largest_of(image) / (most - least);
  // The small number makes up for a product that is a whole number but for its rounding.
  replace(image, channel, levels_of<Value>([&](double level) { return (level - least) * scale + 1e-9; }));
}

/// Source: Pillow's ImageOps.equalize, which torchvision follows.
void equalize_channel(Image& image, std::int64_t channel) {
  std::vector<std::int64_t> counts(level_count<std::uint8_t>);
  std::int64_t pixels = 0;
  const auto step = static_cast<std::size_t>(image.channels);
  for (auto i = static_cast<std::size_t>(channel); i < image.pixels.size(); i += step) {
    ++counts[image.pixels[i]];
    ++pixels;
  }
  const auto last =
      std::find_if(counts.rbegin(), counts.rend(), [](std::int64_t count) { return count > 0; });
  const std::int64_t width = (pixels - *last) / 255;
  if (width == 0) return;
  Levels<std::uint8_t> levels(counts.size());
  std::int64_t below = width / 2;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = static_cast<std::uint8_t>(std::min<std::int64_t>(below / width, 255));
    below += counts[i];
  }
  replace(image, channel, levels);
}

}  // namespace

void check_factor(const char* what, double factor, double least, double most) {
  if (factor >= least && factor <= most) return;
  throw BadInput(std::string(what) + " must be from " + number_text(least) + " to " + number_text(most) +
                 ", found " + number_text(factor));
}

void adjust_brightness(Image& image, double factor) {
  check(image);
  check_factor("the factor of a brightness", factor);
  change_levels(image, [&](double level) { return level * factor; });
}

void adjust_contrast(Image& image, double factor) {
  check(image);
  check_factor("the factor of a contrast", factor);
  double mean = 0;
  with_value_type(image, [&](auto zero) { mean = mean_luma<decltype(zero)>(image); });
  change_levels(image, [&](double level) { return level * factor + mean * (1 - factor); });
}

void posterize(Image& image, int bits) {
  check(image);
  check_factor("the bits of a posterisation", bits, 0, 8);
  const double step = image.bits == 8 ? 1 << (8 - bits) : 1 << (16 - bits);
  change_levels(image, [&](double level) { return std::floor(level / step) * step; });
}

void solarize(Image& image, double threshold) {
  check(image);
  check_factor("the threshold of a solarisation", threshold, 0, 255);
  const double largest = largest_of(image);
  change_levels(image,
                [&](double level) { return level * 255 >= threshold * largest ? largest - level : level; });
}

void autocontrast(Image& image) {
  check(image);
  with_value_type(image, [&](auto zero) {
    for (std::int64_t c = 0; c < colour_channels(image); ++c) stretch_channel<decltype(zero)>(image, c);
  });
}

void equalize(Image& image) {
  check(image);
  if (image.bits == 16) {
    Image small = with_bits(image, 8);
    equalize(small);
    image = with_bits(small, 16);
    return;
  }
  for (std::int64_t channel = 0; channel < colour_channels(image); ++channel)
    equalize_channel(image, channel);
}

}  // namespace lehr::image
