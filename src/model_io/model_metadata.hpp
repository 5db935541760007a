#pragma once

#include <map>
#include <string>
#include <vector>

#include "lehr/data/preprocessing.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// What a model file contains besides its weights.
struct ModelMetadata {
  Graph graph;
  std::vector<std::string> class_names;
  Preprocessing preprocessing;
};

/// The metadata as texts for a safetensors file. Throws BadInput if the parts do not fit each
/// other.
std::map<std::string, std::string> write_model_metadata(const ModelMetadata& metadata);

/// The inverse of write_model_metadata. Throws BadInput, without the file's name, if a text is
/// missing or damaged or the parts do not fit each other.
ModelMetadata read_model_metadata(const std::map<std::string, std::string>& texts);

/// Throws BadInput unless the graph goes from one input of images to scores of the classes, and the
/// preprocessing makes these images.
void check_model_parts(const Graph& graph, const std::vector<std::string>& class_names,
                       const Preprocessing& preprocessing);

}  // namespace lehr
