// Changes that mix each pixel with its neighbours, and erasing.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "image/values.hpp"
#include "lehr/core/error.hpp"
#include "lehr/image/adjust.hpp"

namespace lehr::image {
namespace {

constexpr std::int64_t largest_kernel = 999;

std::vector<float> gaussian_weights(std::int64_t size, double sigma) {
  std::vector<double> weights(static_cast<std::size_t>(size));
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double distance = static_cast<double>(i) - static_cast<double>(size / 2);
    weights[i] = std::exp(-distance * distance / (2 * sigma * sigma));
    sum += weights[i];
  }
  std::vector<float> result;
  for (const double weight : weights) result.push_back(static_cast<float>(weight / sum));
  return result;
}

/// Adds `weight` times the line to the sums.
template <class In>
void add_line(const In* line, float weight, float* sums, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += weight * static_cast<float>(line[i]);
}

/// Blurs downwards, then across, in floats.
template <class Value>
void blur(Image& image, const std::vector<float>& weights) {
  const std::span<Value> values = values_of<Value>(image);
  const auto half = static_cast<std::int64_t>(weights.size() / 2);
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t length = static_cast<std::size_t>(image.width) * channels;
  const std::vector<Value> source(values.begin(), values.end());
  std::vector<float> down(length + 2 * static_cast<std::size_t>(half) * channels);
  std::vector<float> across(length);
  float* const middle = down.data() + static_cast<std::size_t>(half) * channels;
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::ranges::fill(down, 0.F);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const std::int64_t row = reflected(y + static_cast<std::int64_t>(i) - half, image.height);
      add_line(source.data() + static_cast<std::size_t>(row) * length, weights[i], middle, length);
    }
    for (std::int64_t x = 1; x <= half; ++x) {
      const auto copy = [&](std::int64_t from, std::int64_t to) {
        std::copy_n(middle + from * image.channels, channels, middle + to * image.channels);
      };
      copy(reflected(-x, image.width), -x);
      copy(reflected(image.width - 1 + x, image.width), image.width - 1 + x);
    }
    std::ranges::fill(across, 0.F);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      add_line(down.data() + i * channels, weights[i], across.data(), length);
    }
    Value* out = values.data() + static_cast<std::size_t>(y) * length;
    const auto largest = static_cast<float>(std::numeric_limits<Value>::max());
    for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<Value>(std::min(across[i] + 0.5F, largest));
  }
}

/// The weights are 5 in the middle and 1 around it, of 13.
template <class Value>
void sharpen(Image& image, float factor) {
  const std::span<Value> values = values_of<Value>(image);
  const std::vector<Value> source(values.begin(), values.end());
  const std::int64_t step = image.channels;
  const std::int64_t length = image.width * step;
  const auto largest = static_cast<float>(std::numeric_limits<Value>::max());
  for (std::int64_t y = 1; y + 1 < image.height; ++y) {
    for (std::int64_t i = step; i < length - step; ++i) {
      const Value* here = source.data() + y * length + i;
      const auto of_three = [&](const Value* row) { return row[-step] + row[0] + row[step]; };
      const int sum = of_three(here - length) + of_three(here) + of_three(here + length) + 4 * *here;
      const auto smooth = static_cast<float>((2 * sum + 13) / 26);
      const auto own = static_cast<float>(*here);
      values[static_cast<std::size_t>(y * length + i)] =
          static_cast<Value>(std::clamp(own + (1 - factor) * (smooth - own), 0.F, largest));
    }
  }
}

/// Copies back what must not change: alpha.
template <class Value>
void keep_alpha(const Image& before, Image& image) {
  if (image.channels % 2 != 0) return;
  const auto step = static_cast<std::size_t>(image.channels);
  for (std::size_t i = step - 1; i < values_of<Value>(image).size(); i += step) {
    values_of<Value>(image)[i] = values_of<Value>(before)[i];
  }
}

template <class Change>
void change_colours(Image& image, const Change& change) {
  const Image before = image.channels % 2 == 0 ? image : Image();
  with_value_type(image, [&](auto zero) {
    change(zero);
    keep_alpha<decltype(zero)>(before, image);
  });
}

}  // namespace

void adjust_sharpness(Image& image, double factor) {
  check(image);
  check_factor("the factor of a sharpness", factor);
  change_colours(image, [&](auto zero) { sharpen<decltype(zero)>(image, static_cast<float>(factor)); });
}

void gaussian_blur(Image& image, std::int64_t kernel_size, double sigma) {
  check(image);
  check_factor("the sigma of a blur", sigma, 1e-3, 1e3);
  if (kernel_size < 1 || kernel_size > largest_kernel || kernel_size % 2 == 0) {
    throw BadInput("the kernel of a blur must be an odd number of pixels from 1 to " +
                   std::to_string(largest_kernel) + ", found " + std::to_string(kernel_size));
  }
  const std::vector<float> weights = gaussian_weights(kernel_size, sigma);
  change_colours(image, [&](auto zero) { blur<decltype(zero)>(image, weights); });
}

void erase(Image& image, const Part& part, double level) {
  check(image);
  check_factor("the level of an erased part", level, 0, 255);
  const std::int64_t left = std::clamp<std::int64_t>(part.left, 0, image.width);
  const std::int64_t right = std::clamp<std::int64_t>(part.left + part.width, left, image.width);
  const std::int64_t top = std::clamp<std::int64_t>(part.top, 0, image.height);
  const std::int64_t bottom = std::clamp<std::int64_t>(part.top + part.height, top, image.height);
  with_value_type(image, [&](auto zero) {
    using Value = decltype(zero);
    for (std::int64_t y = top; y < bottom; ++y) {
      for (std::int64_t x = left; x < right; ++x) {
        std::fill_n(values_of<Value>(image).data() + (y * image.width + x) * image.channels,
                    colour_channels(image), value_of_level<Value>(level));
      }
    }
  });
}

}  // namespace lehr::image
