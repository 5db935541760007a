#include "predictions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "draw.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/image/edit.hpp"
#include "lehr/inference/evaluate.hpp"
#include "lehr/inference/views.hpp"
#include "output.hpp"

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

/// Reads the picture of `picture.file`, or notes why that failed.
void read(Picture& picture, const Preprocessing& preprocessing, const image::ReadOptions& options) {
  try {
    const Image decoded = data::decode(picture.file, options);
    try {
      picture.image = fitted(decoded, preprocessing);
    } catch (const BadInput& error) {
      throw BadInput(in_quotes(std::filesystem::path(picture.name)) + ": " + error.what());
    }
  } catch (const BadInput& error) {
    picture.problem = error.what();
  }
}

}  // namespace

std::vector<Picture> pictures_of(std::vector<data::FoundPicture> files, const Model& model,
                                 const image::ReadOptions& options) {
  std::vector<Picture> pictures;
  for (data::FoundPicture& file : files) {
    pictures.push_back({.image = {}, .name = file.name, .truth = "", .file = std::move(file)});
  }
  parallel_for(std::ssize(pictures), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) {
      read(pictures[static_cast<std::size_t>(i)], model.preprocessing, options);
    }
  });
  return pictures;
}

std::vector<Picture> pictures_of(const Dataset& dataset, std::span<const std::int64_t> samples,
                                 const Model& model) {
  check_class_names(model, dataset);
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

std::vector<Prediction> predict(const Predictor& predictor, std::span<const std::string> class_names,
                                std::span<const Picture> pictures, std::size_t top, std::int64_t views) {
  std::vector<Image> images;
  for (const Picture& picture : pictures) {
    if (picture.problem.empty()) images.push_back(picture.image);
  }
  const std::vector<float> probabilities = mean_probabilities(predictor, images, views);
  std::span<const float> rest(probabilities);
  std::vector<Prediction> predictions(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!pictures[i].problem.empty()) continue;
    predictions[i].guesses = most_probable(rest.first(class_names.size()), class_names, top);
    rest = rest.subspan(class_names.size());
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
  if (!picture.truth.empty()) line += "; true " + picture.truth;
  return one_line(line);
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
  if (!prediction.copy.empty()) object["copy"] = prediction.copy.string();
  if (!prediction.explanation.empty()) object["explanation"] = prediction.explanation.string();
  return object;
}

}  // namespace lehr::cli
