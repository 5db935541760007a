#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lehr/image/image.hpp"
#include "lehr/inference/predictor.hpp"

/// Test-time augmentation: a model looks at several views of each picture, and the mean of its probabilities
/// counts.
namespace lehr {

/// A picture as it is, mirrored, or enlarged so that a corner of it fills the input.
struct PictureView {
  double left = 0, top = 0;  ///< where the part begins, as a share of the sides
  double share = 1;          ///< of each side
  bool mirrored = false;
};

inline constexpr std::int64_t most_views = 10;
/// The first `count` of these views, from 1 to most_views: the picture; its mirror image; and then the four
/// corners of seven eighths of each side, each also mirrored. Throws BadInput for other counts.
std::vector<PictureView> views(std::int64_t count);
/// The view of a picture, in the picture's size.
Image seen(const Image& picture, const PictureView& view);
/// The probabilities of pictures as Predictor::probabilities gives them, as the mean over that many views.
/// The pictures have the size of the model's input (fitted()).
std::vector<float> mean_probabilities(const Predictor& predictor, std::span<const Image> pictures,
                                      std::int64_t count);

}  // namespace lehr
