#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/picture_source.hpp"
#include "lehr/image/image.hpp"
#include "lehr/inference/predictor.hpp"

namespace lehr::cli {

/// A picture of the model's size, where it came from, and its true class if that is known.
struct Picture {
  Image image;
  std::string name;   ///< a file, or "sample 3"
  std::string truth;  ///< empty if unknown
  std::int64_t sample = -1;
  data::FoundPicture file{};  ///< of a picture that is no sample
  std::string problem{};      ///< why there is no image; empty if there is one
};

/// What is said about a picture.
struct Prediction {
  std::vector<ClassProbability> guesses;  ///< most probable first
  std::filesystem::path copy{};           ///< of the picture, if there is one
  std::filesystem::path explanation{};    ///< a picture, if there is one
};

/// Throws BadInput if a picture cannot be read or does not fit the model.
std::vector<Picture> pictures_of(const Dataset& dataset, std::span<const std::int64_t> samples,
                                 const Model& model);
/// Decodes the files on all threads. A picture that cannot be read or does not fit the model has a
/// `problem`.
std::vector<Picture> pictures_of(std::vector<data::FoundPicture> files, const Model& model,
                                 const image::ReadOptions& options);

/// The `top` most probable classes of each picture, as the mean over that many views of it. Pictures with a
/// problem have none.
std::vector<Prediction> predict(const Predictor& predictor, std::span<const std::string> class_names,
                                std::span<const Picture> pictures, std::size_t top, std::int64_t views);

std::string as_text(const Picture& picture, const Prediction& prediction);
/// The picture with the prediction beside it.
std::string as_drawing(const Picture& picture, const Prediction& prediction, const Shape& shape,
                       bool colours);
nlohmann::ordered_json as_json(const Picture& picture, const Prediction& prediction);

}  // namespace lehr::cli
