#include "data/pictures.hpp"

#include <algorithm>
#include <cmath>

#include "data/preprocessor.hpp"
#include "image/encode_png.hpp"

namespace lehr::pictures {
namespace {

std::uint8_t byte_of(double share) {
  if (!(share > 0)) return 0;  // also if it is NaN
  return static_cast<std::uint8_t>(std::lround(255 * std::min(share, 1.0)));
}

/// Maps a value to its position between the smallest and the largest value.
class Scale {
 public:
  void add(float value) {
    if (!std::isfinite(value)) return;
    least_ = std::min(least_, static_cast<double>(value));
    most_ = std::max(most_, static_cast<double>(value));
  }
  double operator()(float value) const {
    return most_ > least_ ? (static_cast<double>(value) - least_) / (most_ - least_) : 0.5;
  }

 private:
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

/// Tiles of equal size in rows, with one pixel between them.
class Sheet {
 public:
  Sheet(std::int64_t tiles, std::int64_t columns, std::int64_t height, std::int64_t width,
        std::int64_t channels)
      : columns_(columns), height_(height), width_(width) {
    const std::int64_t rows = (tiles + columns_ - 1) / columns_;
    image_.width = columns_ * (width + 1) - 1;
    image_.height = rows * (height + 1) - 1;
    image_.channels = channels;
    image_.pixels.assign(static_cast<std::size_t>(image_.width * image_.height * channels), gap);
  }

  std::uint8_t& at(std::int64_t tile, std::int64_t y, std::int64_t x, std::int64_t channel) {
    const std::int64_t row = tile / columns_ * (height_ + 1) + y;
    const std::int64_t column = tile % columns_ * (width_ + 1) + x;
    return image_.pixels[static_cast<std::size_t>((row * image_.width + column) * image_.channels + channel)];
  }

  Image take() { return std::move(image_); }

 private:
  static constexpr std::uint8_t gap = 96;
  std::int64_t columns_;
  std::int64_t height_;
  std::int64_t width_;
  Image image_;
};

/// Makes tiles from (tiles, planes, H, W) values. A tile shows the first `channels` of its planes,
/// with its own scale.
Image sheet(std::span<const float> all, const Shape& shape, std::int64_t tiles, std::int64_t planes,
            std::int64_t channels) {
  const std::int64_t height = shape[2];
  const std::int64_t width = shape[3];
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(tiles))));
  Sheet sheet(tiles, columns, height, width, channels);
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const auto shown = all.subspan(static_cast<std::size_t>(tile * planes * height * width),
                                   static_cast<std::size_t>(channels * height * width));
    Scale scale;
    for (const float value : shown) scale.add(value);
    std::size_t at = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) sheet.at(tile, y, x, c) = byte_of(scale(shown[at++]));
      }
    }
  }
  return sheet.take();
}

}  // namespace

std::string png(const Image& image) {
  const std::vector<std::uint8_t> bytes = image::encode_png(image);
  return {bytes.begin(), bytes.end()};
}

Image input(std::span<const float> values, const Preprocessing& preprocessing) {
  const Normalisation& normalisation = preprocessing.normalisation;
  const std::size_t channels = normalisation.mean.size();
  Image image;
  const std::span<std::uint8_t> pixels = image.reset(preprocessing.shape);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto value =
        static_cast<double>(values[i] * normalisation.std[i % channels] + normalisation.mean[i % channels]);
    pixels[i] = byte_of(value);
  }
  return image;
}

Image sample(const Dataset& dataset, std::int64_t index, const Preprocessing& preprocessing) {
  const data::Preprocessor preprocessor(preprocessing);
  Image picture;
  read_picture(dataset, index, picture);
  std::vector<float> values(preprocessor.input_size());
  preprocessor.apply(picture, values);
  return input(values, preprocessing);
}

Image sheet(std::span<const Image> tiles, std::int64_t columns) {
  constexpr std::int64_t small = 112;
  const Image& first = tiles.front();
  const std::int64_t factor = std::max<std::int64_t>(1, small / std::max(first.width, first.height));
  Sheet sheet(std::ssize(tiles), columns, first.height * factor, first.width * factor, first.channels);
  for (std::int64_t tile = 0; tile < std::ssize(tiles); ++tile) {
    const Image& image = tiles[static_cast<std::size_t>(tile)];
    for (std::int64_t y = 0; y < first.height * factor; ++y) {
      for (std::int64_t x = 0; x < first.width * factor; ++x) {
        const std::int64_t pixel = (y / factor * first.width + x / factor) * first.channels;
        for (std::int64_t c = 0; c < first.channels; ++c) {
          sheet.at(tile, y, x, c) = image.pixels[static_cast<std::size_t>(pixel + c)];
        }
      }
    }
  }
  return sheet.take();
}

Image maps(const Tensor& values, std::int64_t sample, std::int64_t most) {
  const Shape& shape = values.shape();
  const auto one = static_cast<std::size_t>(shape[1] * shape[2] * shape[3]);
  const auto all = values.elements<float>().subspan(static_cast<std::size_t>(sample) * one, one);
  return sheet(all, shape, std::min(shape[1], most), 1, 1);
}

Image filters(const Tensor& weights, std::int64_t most) {
  const std::int64_t inputs = weights.shape()[1];
  return sheet(weights.elements<float>(), weights.shape(), std::min(weights.shape()[0], most), inputs,
               inputs == 3 ? 3 : 1);
}

}  // namespace lehr::pictures
