#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/shape.hpp"
#include "lehr/image/image.hpp"

namespace lehr {

/// Mean and standard deviation of each channel, for values in [0, 1].
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> std;
  friend bool operator==(const Normalisation&, const Normalisation&) = default;
};

/// Throws BadInput unless each channel has a finite mean and a finite std above 0.
void check_normalisation(const Normalisation& normalisation, std::int64_t channels);

/// How a picture becomes a network's input, as data. The picture first gets the channels of
/// `shape` (without alpha over `background`), then its size by `fit` and `filter`. Then each value v becomes
/// (v / largest - mean[c]) / std[c], with largest = 255 or 65535 for 8 or 16 bits. Training, validation,
/// evaluation and prediction use the same object, and saved models contain it.
struct Preprocessing {
  Shape shape{};  ///< (C, H, W) of the input
  Fit fit = Fit::stretch;
  /// False: a dataset whose pictures all have one other shape is rejected, because it is probably
  /// the wrong dataset. True: its pictures are fitted. Pictures of several shapes and single
  /// pictures are always fitted.
  bool any_shape = false;
  Filter filter = Filter::bilinear;
  Background background = Background::white;
  Normalisation normalisation{};
  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// Throws BadInput unless the shape has three extents of at least 1 and the normalisation fits the channels.
void check_preprocessing(const Preprocessing& preprocessing);

/// Returns the picture with the channels and the size of the input, before its values become
/// floats. Throws BadInput like image::with_channels and image::fit.
Image fitted(const Image& picture, const Preprocessing& preprocessing);

/// {"version": 2, "channels": 3, "height": 32, "width": 32, "fit": "squash", "any_shape": false, "filter":
/// "bilinear", "background": "white", "scale": "unit", "mean": [...], "std": [...]}
std::string to_json(const Preprocessing& preprocessing);
/// The inverse of to_json. Version 1 has no filter and background: its filter was bilinear, and it
/// dropped alpha (Background::none). Throws BadInput if the text is not such an object or has a
/// newer version.
Preprocessing preprocessing_from_json(std::string_view json);

}  // namespace lehr
