#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/pimpl.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/train/metric.hpp"

namespace lehr {

/// What is needed to use a trained model: its graph, weights, class names and the normalisation of its input.
/// Copies share the weights.
struct Model {
  Graph graph;
  std::shared_ptr<Parameters> parameters;
  std::vector<std::string> class_names;
  Normalisation normalisation;

  /// (C, H, W). Throws BadInput if the graph does not take images.
  Shape image_shape() const;
};

/// Throws BadInput unless the graph goes from images to scores of the classes, the parameters are there, and
/// names and normalisation fit. What takes a Model checks it.
void check_model(const Model& model);

/// One safetensors file: weights with PyTorch's names and layouts; in the metadata "format" = "pt",
/// "lehr.graph", "lehr.classes", "lehr.normalisation" as JSON. Written whole or not at all.
void save_model(const std::filesystem::path& file, const Graph& graph, const Parameters& parameters,
                const std::vector<std::string>& class_names, const Normalisation& normalisation);
/// Throws BadInput naming the file and what is wrong with it. The backend must outlive the model.
Model load_model(const std::filesystem::path& file, const Backend& backend = cpu_backend());

/// A picture with the channels and the size of a model's images, (C, H, W), as `lehr predict` gives it to the
/// model: colour becomes grey by its luma, grey becomes equal channels, and data::resize does the rest.
/// Throws BadInput unless the picture has 1 or 3 channels and as many bytes as its size says.
data::Image fit_picture(const data::Image& picture, const Shape& image_shape);

/// A class and the probability that a model gives it.
struct ClassProbability {
  std::string name;
  double probability = 0;
};
/// The `top` most probable classes, most probable first; of equal ones the first class comes first.
std::vector<ClassProbability> most_probable(std::span<const float> probabilities,
                                            std::span<const std::string> class_names, std::size_t top);

/// Class probabilities of images of the model's size, given as H x W x C bytes each; (N, classes), row by
/// row.
///
/// It shares ownership of the model's weights, so that the Model may go. Several threads may call one
/// Predictor at once; they are served one after the other. For predictions side by side make a Predictor a
/// thread, of one Model. The weights must not be written meanwhile. One that was moved from throws BadInput
/// at any use.
class Predictor {
 public:
  /// Throws BadInput if the model is incomplete, or batch_size < 1.
  explicit Predictor(const Model& model, std::int64_t batch_size = 64);
  ~Predictor();
  Predictor(Predictor&&) noexcept;
  Predictor& operator=(Predictor&&) noexcept;

  /// Throws BadInput if the dataset's image shape differs from the model's, or there is no such sample.
  std::vector<float> probabilities(const Dataset& dataset, std::span<const std::int64_t> samples) const;
  /// Throws BadInput unless these are whole images.
  std::vector<float> probabilities(std::span<const std::uint8_t> pixels) const;
  /// The `top` most probable classes of a picture of any size, fitted by fit_picture. Throws BadInput as that
  /// does.
  std::vector<ClassProbability> classify(const data::Image& picture, std::size_t top = 5) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

/// Of a saved model on a dataset.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  std::int64_t samples = 0;
};
/// Metrics, if any, are started and hold their values afterwards. Throws BadInput if image shape or classes
/// differ, the dataset is empty, a metric is null or does not suit the classes. Several threads may evaluate
/// one model at once, each with metrics of its own.
Evaluation evaluate(const Model& model, const Dataset& dataset, std::int64_t batch_size = 512,
                    std::span<const std::unique_ptr<Metric>> metrics = {});

}  // namespace lehr
