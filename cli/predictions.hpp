#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/image/image.hpp"
#include "lehr/inference/predictor.hpp"

namespace lehr::cli {

/// A picture of the model's size, where it came from, and its true class if that is known.
struct Picture {
  Image image;
  std::string name;   ///< a file, or "sample 3"
  std::string truth;  ///< empty if unknown
  std::int64_t sample = -1;
};

/// Classes with their probabilities, most probable first.
struct Prediction {
  std::vector<ClassProbability> guesses;
};

/// Both throw BadInput if a picture cannot be read or does not fit the model.
std::vector<Picture> pictures_of(std::span<const std::filesystem::path> files, const Model& model);
std::vector<Picture> pictures_of(const Dataset& dataset, std::span<const std::int64_t> samples,
                                 const Model& model);

/// The `top` most probable classes of each picture.
std::vector<Prediction> predict(const Model& model, std::span<const Picture> pictures, std::size_t top);

std::string as_text(const Picture& picture, const Prediction& prediction);
/// The picture with the prediction beside it.
std::string as_drawing(const Picture& picture, const Prediction& prediction, const Shape& shape,
                       bool colours);
nlohmann::ordered_json as_json(const Picture& picture, const Prediction& prediction);

}  // namespace lehr::cli
