#include "lehr/inference/views.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "lehr/image/geometry.hpp"

namespace lehr {

std::vector<PictureView> views(std::int64_t count) {
  if (count < 1 || count > most_views) {
    throw BadInput("there are 1 to " + std::to_string(most_views) + " views of a picture, found a wish for " +
                   std::to_string(count));
  }
  constexpr double share = 7.0 / 8;
  constexpr double rest = 1 - share;
  constexpr std::array<PictureView, most_views / 2> plain{{{},
                                                           {.share = share},
                                                           {.left = rest, .top = rest, .share = share},
                                                           {.left = rest, .share = share},
                                                           {.top = rest, .share = share}}};
  std::vector<PictureView> all;
  for (PictureView view : plain) {
    for (const bool mirrored : {false, true}) {
      view.mirrored = mirrored;
      if (std::ssize(all) < count) all.push_back(view);
    }
  }
  return all;
}

Image seen(const Image& picture, const PictureView& view) {
  const auto pixels = [](double share, std::int64_t side) {
    return std::llround(share * static_cast<double>(side));
  };
  image::Part part{.left = pixels(view.left, picture.width), .top = pixels(view.top, picture.height)};
  part.width = std::max<std::int64_t>(1, pixels(view.share, picture.width));
  part.height = std::max<std::int64_t>(1, pixels(view.share, picture.height));
  image::Geometry geometry{.width = picture.width, .height = picture.height};
  geometry.crop(part);
  geometry.resize(picture.width, picture.height);
  if (view.mirrored) geometry.mirror();
  Image result;
  image::resample(picture, geometry, {}, result);
  return result;
}

std::vector<float> mean_probabilities(const Predictor& predictor, std::span<const Image> pictures,
                                      std::int64_t count) {
  if (count == 1) return predictor.probabilities(pictures);
  std::vector<double> sums;
  std::vector<Image> turned(pictures.size());
  for (const PictureView& view : views(count)) {
    for (std::size_t i = 0; i < pictures.size(); ++i) turned[i] = seen(pictures[i], view);
    const std::vector<float> probabilities = predictor.probabilities(turned);
    sums.resize(probabilities.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(probabilities[i]);
  }
  std::vector<float> means;
  for (const double sum : sums) means.push_back(static_cast<float>(sum / static_cast<double>(count)));
  return means;
}

}  // namespace lehr
