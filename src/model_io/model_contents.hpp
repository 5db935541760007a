#pragma once

#include "lehr/model_io/model_file.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr {

/// What a saved model's file holds.
store::SafeTensors model_contents(const Graph& graph, const Parameters& parameters,
                                  const std::vector<std::string>& class_names,
                                  const Preprocessing& preprocessing);

/// Fills the parameters from a file's tensors; those whose names begin with "lehr." are others' business.
/// Throws BadInput where one is missing, has another shape or type, or is not of the graph.
void read_weights(const Graph& graph, Parameters& parameters, const store::SafeTensors& contents);

}  // namespace lehr
