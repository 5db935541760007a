#pragma once

#include "lehr/model_io/model_file.hpp"
#include "lehr/store/safetensors.hpp"

namespace lehr {

/// The contents of a saved model's file.
store::SafeTensors model_contents(const Graph& graph, const Parameters& parameters,
                                  const std::vector<std::string>& class_names,
                                  const Preprocessing& preprocessing);

/// Fills the parameters from a file's tensors. Ignores tensors whose names begin with "lehr.".
/// Throws BadInput if a tensor is missing, has another shape or type, or does not belong to the
/// graph.
void read_weights(const Graph& graph, Parameters& parameters, const store::SafeTensors& contents);

}  // namespace lehr
