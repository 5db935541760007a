#include <algorithm>
#include <numeric>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/inference/predictor.hpp"

namespace lehr {
namespace {

void check(const data::Image& picture) {
  const std::string size = std::to_string(picture.width) + "x" + std::to_string(picture.height);
  if (picture.channels != 1 && picture.channels != 3) {
    throw BadInput("expected a picture of 1 or 3 channels, found " + counted(picture.channels, "channel"));
  }
  if (picture.width < 1 || picture.height < 1 ||
      std::ssize(picture.pixels) != picture.width * picture.height * picture.channels) {
    throw BadInput("a picture of " + size + " with " + counted(picture.channels, "channel") +
                   " needs a byte for each pixel and channel, found " +
                   counted(picture.pixels.size(), "byte"));
  }
}

}  // namespace

data::Image fit_picture(const data::Image& picture, const Shape& image_shape) {
  check(picture);
  data::Image fitted = data::with_channels(picture, image_shape[0]);
  if (fitted.height == image_shape[1] && fitted.width == image_shape[2]) return fitted;
  return data::resize(fitted, image_shape[2], image_shape[1]);
}

std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top) {
  if (probabilities.size() != class_names.size()) {
    throw BadInput("expected a probability for each of the " + counted(class_names.size(), "class") +
                   ", found " + std::to_string(probabilities.size()));
  }
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(std::min(top, order.size()));
  std::vector<ClassProbability> classes;
  for (const std::size_t i : order)
    classes.push_back({class_names[i], static_cast<double>(probabilities[i])});
  return classes;
}

}  // namespace lehr
