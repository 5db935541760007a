#include "lehr/data/preprocessing.hpp"

#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/image/edit.hpp"

namespace lehr {

void check_normalisation(const Normalisation& normalisation, std::int64_t channels) {
  const auto expected = static_cast<std::size_t>(channels);
  if (normalisation.mean.size() != expected || normalisation.std.size() != expected) {
    throw BadInput("a normalisation needs a mean and a std for each channel: expected " +
                   std::to_string(channels) + " of each, found " +
                   counted(normalisation.mean.size(), "mean") + " and " +
                   counted(normalisation.std.size(), "std"));
  }
  for (std::size_t c = 0; c < expected; ++c) {
    const float mean = normalisation.mean[c];
    const float std = normalisation.std[c];
    if (!std::isfinite(mean) || !std::isnormal(std) || std <= 0) {
      throw BadInput("a normalisation needs finite means and stds above 0, found " + number_text(mean) +
                     " and " + number_text(std) + " for channel " + std::to_string(c));
    }
  }
}

void check_preprocessing(const Preprocessing& preprocessing) {
  const Shape& shape = preprocessing.shape;
  if (shape.rank() != 3 || shape.numel() == 0) {
    throw BadInput("a preprocessing needs a shape of (channels, height, width), each at least 1; found " +
                   shape.str());
  }
  check_normalisation(preprocessing.normalisation, shape[0]);
}

Image fitted(const Image& picture, const Preprocessing& preprocessing) {
  const Shape& shape = preprocessing.shape;
  const auto resized = [&](const Image& image) {
    return image::fit(image, shape[2], shape[1], preprocessing.fit, preprocessing.filter);
  };
  if (picture.channels == shape[0]) return resized(picture);
  return resized(image::with_channels(picture, shape[0], preprocessing.background));
}

}  // namespace lehr
