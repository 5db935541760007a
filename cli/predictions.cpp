#include "predictions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "draw.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"

namespace lehr::cli {
namespace {

std::string percent(double share) { return percent_text(share, 1); }

std::size_t bytes_of(const Shape& shape) { return static_cast<std::size_t>(shape.numel()); }

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

data::Image fitted(const std::filesystem::path& file, const Shape& shape) {
  const data::Image picture = data::read_image(file, shape[0]);
  try {
    return fit_picture(picture, shape);
  } catch (const BadInput& error) {
    throw BadInput(in_quotes(file) + ": " + error.what());
  }
}

}  // namespace

std::vector<Picture> pictures_of(std::span<const std::filesystem::path> files, const Model& model) {
  const Shape shape = model.image_shape();
  std::vector<Picture> pictures;
  for (const std::filesystem::path& file : files) {
    data::Image image = fitted(file, shape);
    pictures.push_back({.pixels = std::move(image.pixels), .name = file.string(), .truth = ""});
  }
  return pictures;
}

std::vector<Picture> pictures_of(const Dataset& dataset, std::span<const std::int64_t> samples,
                                 const Model& model) {
  const Shape shape = model.image_shape();
  if (dataset.image_shape() != shape) {
    throw BadInput("the model takes images of shape " + shape.str() + ", the data has " +
                   dataset.image_shape().str());
  }
  std::vector<Picture> pictures;
  for (const std::int64_t sample : samples) {
    check_sample(dataset, sample);
    Picture picture{.pixels = std::vector<std::uint8_t>(bytes_of(shape)),
                    .name = fmt::format("sample {}", sample),
                    .truth = dataset.class_names()[static_cast<std::size_t>(dataset.label(sample))],
                    .sample = sample};
    dataset.read(sample, picture.pixels);
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<Prediction> predict(const Model& model, std::span<const Picture> pictures, std::size_t top) {
  Predictor predictor(model, std::min<std::int64_t>(64, static_cast<std::int64_t>(pictures.size())));
  std::vector<std::uint8_t> pixels;
  for (const Picture& picture : pictures) {
    pixels.insert(pixels.end(), picture.pixels.begin(), picture.pixels.end());
  }
  const std::vector<float> probabilities = predictor.probabilities(pixels);
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
  std::vector<std::string> lines = draw(picture.pixels, shape, colours);
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
