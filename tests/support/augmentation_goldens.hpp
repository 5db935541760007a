#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lehr/image/image.hpp"

/// What torchvision makes of pictures; tools/make_augmentations.py writes it.
namespace lehr::test {

struct AugmentationCase {
  std::string picture;
  std::string function;
  std::vector<double> numbers;
  Image result;
};

struct AugmentationGoldens {
  std::map<std::string, Image> pictures;
  std::vector<AugmentationCase> cases;
};

inline Image golden_picture(const nlohmann::json& json) {
  Image image;
  image.reset({json["channels"], json["height"], json["width"]});
  const std::string hex = json["pixels"];
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return image;
}

inline AugmentationGoldens augmentation_goldens(const std::string& source_folder) {
  std::ifstream file(source_folder + "/tests/goldens/augmentations.json");
  const auto json = nlohmann::json::parse(file);
  AugmentationGoldens goldens;
  for (const auto& picture : json["pictures"]) goldens.pictures[picture["name"]] = golden_picture(picture);
  for (const auto& one : json["cases"]) {
    goldens.cases.push_back({one["picture"], one["function"], one["numbers"], golden_picture(one)});
  }
  return goldens;
}

/// Expects equal shapes, and values that differ by at most `tolerance` levels.
inline void expect_close(const Image& found, const Image& expected, int tolerance) {
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::size_t i = 0; i < expected.pixels.size(); ++i) {
    const int difference = std::abs(int{found.pixels[i]} - int{expected.pixels[i]});
    ASSERT_LE(difference, tolerance) << "value " << i << ": " << int{found.pixels[i]} << ", expected "
                                     << int{expected.pixels[i]};
  }
}

}  // namespace lehr::test
