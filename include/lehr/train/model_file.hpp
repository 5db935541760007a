#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/train/metric.hpp"

namespace lehr {

/// What is needed to use a trained model: its graph, weights, class names and the normalisation of its input.
struct Model {
  Graph graph;
  std::unique_ptr<Parameters> parameters;
  std::vector<std::string> class_names;
  Normalisation normalisation;

  /// (C, H, W)
  Shape image_shape() const;
};

/// One safetensors file: weights with PyTorch's names and layouts; in the metadata "format" = "pt",
/// "lehr.graph", "lehr.classes", "lehr.normalisation" as JSON. Written whole or not at all.
void save_model(const std::filesystem::path& file, const Graph& graph, const Parameters& parameters,
                const std::vector<std::string>& class_names, const Normalisation& normalisation);
/// Throws BadInput naming the file and what is wrong with it.
Model load_model(const std::filesystem::path& file, const Backend& backend = cpu_backend());

/// Class probabilities of images of the model's size, given as H x W x C bytes each; (N, classes), row by
/// row.
class Predictor {
 public:
  explicit Predictor(Model& model, std::int64_t batch_size = 64);
  ~Predictor();
  /// Throws BadInput where the dataset's image shape differs from the model's.
  std::vector<float> probabilities(const Dataset& dataset, std::span<const std::int64_t> samples);
  std::vector<float> probabilities(std::span<const std::uint8_t> pixels);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of a saved model on a dataset.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  std::int64_t samples = 0;
};
/// Metrics, if any, are started and hold their values afterwards. Throws BadInput where image shape or
/// classes differ, or a metric cannot be had of these classes.
Evaluation evaluate(Model& model, const Dataset& dataset, std::int64_t batch_size = 512,
                    std::span<const std::unique_ptr<Metric>> metrics = {});

}  // namespace lehr
