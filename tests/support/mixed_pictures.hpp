#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/transform.hpp"
#include "lehr/image/edit.hpp"

/// Pictures as in a folder of photos: with several sizes, channels and depths.
namespace lehr::test {

inline Image some_picture(const Shape& shape, std::uint64_t number, int bits = 8) {
  Image image;
  Rng rng(number, Purpose::test);
  const float slope = rng.uniform(1, 9);
  const auto start = static_cast<std::int64_t>(rng.below(200));
  const auto pixels = image.reset(shape);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(start + static_cast<std::int64_t>(slope * static_cast<float>(i)));
  }
  return image::with_bits(image, bits);
}

/// Two classes: bright pictures and dark ones. Each is 12 to 30 pixels wide and high, with 1 to 4 channels of
/// 8 or 16 bits.
inline std::shared_ptr<const Dataset> mixed_pictures(std::int64_t count, std::uint64_t seed = 0) {
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < count; ++i) {
    Rng rng(seed, Purpose::test, static_cast<std::uint64_t>(i), 1);
    const auto side = [&] { return 12 + static_cast<std::int64_t>(rng.below(19)); };
    const Shape shape{1 + i % 4, side(), side()};
    Image picture = some_picture(shape, rng.next());
    for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(value / 2 + i % 2 * 127);
    samples.push_back({.picture = image::with_bits(picture, i % 3 == 0 ? 16 : 8),
                       .label = i % 2,
                       .origin = "pictures/" + std::to_string(i) + ".png"});
  }
  return std::make_shared<PictureDataset>(std::move(samples), std::vector<std::string>{"dark", "bright"});
}

inline std::vector<TransformSpec> some_transforms() {
  return transforms_from_json(R"([{"name": "resize", "width": 14, "height": 14, "fit": "crop"},
                                  {"name": "random_crop", "width": 12, "height": 12, "padding": 1},
                                  {"name": "horizontal_flip"}])");
}

}  // namespace lehr::test
