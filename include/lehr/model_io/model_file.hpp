#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lehr/data/preprocessing.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// A trained model: its graph, weights, class names and the preprocessing of its pictures. Copies
/// share the weights.
struct Model {
  Graph graph;
  std::shared_ptr<Parameters> parameters;
  std::vector<std::string> class_names;
  Preprocessing preprocessing;

  /// (C, H, W). Throws BadInput if the graph does not take images.
  Shape image_shape() const;
};

/// Throws BadInput unless the graph goes from images to scores of the classes, the parameters are
/// present, and names and preprocessing fit. Functions that take a Model call it.
void check_model(const Model& model);

/// Writes one safetensors file, whole or not at all. It has weights with PyTorch's names and
/// layouts. The metadata has "format" = "pt", and "lehr.graph", "lehr.classes",
/// "lehr.preprocessing" as JSON.
void save_model(const std::filesystem::path& file, const Graph& graph, const Parameters& parameters,
                const std::vector<std::string>& class_names, const Preprocessing& preprocessing);
/// Throws BadInput with the file and what is wrong with it. The backend must outlive the model.
/// Files of earlier versions have "lehr.normalisation" instead of the preprocessing. They get the
/// preprocessing of these versions: pictures are stretched to the size of the input.
Model load_model(const std::filesystem::path& file, const Backend& backend = cpu_backend());

}  // namespace lehr
