#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

struct ActivationsOptions {
  std::vector<std::string> layers{};  ///< names, with * and ? for any text and any character; empty: all
  bool before_activation = false;     ///< outputs before the activation function
};

/// What a layer makes of some images.
struct LayerOutput {
  std::string layer;
  std::string type;  ///< "conv2d + activation"
  Tensor values;     ///< f32, (N, C, H, W) or (N, features), row-major
};

/// Outputs of layers for samples of a dataset, in inference mode, in the order of the layers. Throws BadInput
/// where a sample does not exist, a pattern fits no layer, or the images are not of the model's shape.
std::vector<LayerOutput> activations(const Graph& model, Parameters& parameters,
                                     const Normalisation& normalisation,
                                     std::shared_ptr<const Dataset> dataset,
                                     std::span<const std::int64_t> samples,
                                     const ActivationsOptions& options = {});

}  // namespace lehr
