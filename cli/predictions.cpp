#include "predictions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "draw.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/image/read.hpp"

namespace lehr::cli {
namespace {

std::string percent(double share) { return percent_text(share, 1); }

std::vector<std::string> caption(const Picture& picture, const Prediction& prediction) {
  std::vector<std::string> lines{picture.name};
  if (!picture.truth.empty()) {
    const bool right = prediction.guesses.front().name == picture.truth;
    lines.push_back(fmt::format("true {}  {}", picture.truth, right ? "✓ right" : "✗ wrong"));
  }
  lines.emplace_back();
  for (const ClassProbability& guess : prediction.guesses) {
    lines.push_back(fmt::format("{:>7}  {}", percent(guess.probability), guess.name));
  }
  return lines;
}

Image read_fitted(const std::filesystem::path& file, const Preprocessing& preprocessing) {
  const Image picture = image::read(file);
  try {
    return fitted(picture, preprocessing);
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(file) + ": " + error.what());
  }
}

}  // namespace

std::vector<Picture> pictures_of(std::span<const std::filesystem::path> files, const Model& model) {
  std::vector<Picture> pictures;
  for (const std::filesystem::path& file : files) {
    pictures.push_back({.image = read_fitted(file, model.preprocessing), .name = file.string(), .truth = ""});
  }
  return pictures;
}

std::vector<Picture> pictures_of(const Dataset& dataset, std::span<const std::int64_t> samples,
                                 const Model& model) {
  const Shape shape = model.image_shape();
  const Shape found = dataset.image_shape();
  if (!model.preprocessing.any_shape && found.rank() != 0 && found != shape) {
    throw BadInput("the model takes images of shape " + shape.str() + ", the data has " + found.str());
  }
  std::vector<Picture> pictures;
  for (const std::int64_t sample : samples) {
    check_sample(dataset, sample);
    Picture picture{.image = {},
                    .name = fmt::format("sample {}", sample),
                    .truth = dataset.class_names()[static_cast<std::size_t>(dataset.label(sample))],
                    .sample = sample};
    read_picture(dataset, sample, picture.image);
    picture.image = fitted(picture.image, model.preprocessing);
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<Prediction> predict(const Model& model, std::span<const Picture> pictures, std::size_t top) {
  Predictor predictor(model, std::min<std::int64_t>(64, static_cast<std::int64_t>(pictures.size())));
  std::vector<Image> images;
  for (const Picture& picture : pictures) images.push_back(picture.image);
  const std::vector<float> probabilities = predictor.probabilities(images);
  const std::size_t classes = model.class_names.size();
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    predictions.push_back(
        {most_probable(std::span(probabilities).subspan(i * classes, classes), model.class_names, top)});
  }
  return predictions;
}

std::string as_text(const Picture& picture, const Prediction& prediction) {
  std::string line = picture.name + ":";
  const char* separator = " ";
  for (const ClassProbability& guess : prediction.guesses) {
    line += separator + fmt::format("{} ({})", guess.name, percent(guess.probability));
    separator = ", ";
  }
  return picture.truth.empty() ? line : line + "; true " + picture.truth;
}

std::string as_drawing(const Picture& picture, const Prediction& prediction, const Shape& shape,
                       bool colours) {
  std::vector<std::string> lines = draw(image::with_bits(picture.image, 8).pixels, shape, colours);
  const std::vector<std::string> beside = caption(picture, prediction);
  const std::string blank(static_cast<std::size_t>(shape[2]), ' ');
  lines.resize(std::max(lines.size(), beside.size()), blank);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i] + (i < beside.size() ? "   " + beside[i] : "") + '\n';
  }
  return text;
}

nlohmann::ordered_json as_json(const Picture& picture, const Prediction& prediction) {
  nlohmann::ordered_json object{{"event", "prediction"}};
  if (picture.sample >= 0) {
    object["sample"] = picture.sample;
  } else {
    object["image"] = picture.name;
  }
  object["true"] = picture.truth.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(picture.truth);
  object["class"] = prediction.guesses.front().name;
  object["probability"] = prediction.guesses.front().probability;
  object["classes"] = nlohmann::ordered_json::array();
  for (const ClassProbability& guess : prediction.guesses) {
    object["classes"].push_back({{"class", guess.name}, {"probability", guess.probability}});
  }
  return object;
}

}  // namespace lehr::cli
