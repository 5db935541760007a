#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/core/tensor.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

struct ActivationsOptions {
  std::vector<std::string> layers{};  ///< names, with * and ? for any text and any character; empty: all
  bool before_activation = false;     ///< outputs before the activation function
  /// Subtracts the mean from each layer's values and divides by their std (unbiased). Both are over
  /// all values of the layer for all samples. Values that are not finite do not count and stay as
  /// they are. A constant layer becomes 0.
  bool normalised = false;
};

/// The outputs of a layer for some images.
struct LayerOutput {
  std::string layer;
  std::string type;  ///< "conv2d + activation"
  Tensor values;     ///< f32, (N, C, H, W) or (N, features), row-major
};

/// Computes outputs of layers for samples of a dataset, in inference mode, in the order of the
/// layers. Throws BadInput if the dataset is null, a sample does not exist, a pattern matches no
/// layer, all pictures have one shape that is not the model's, or the parameters are not the
/// model's.
std::vector<LayerOutput> activations(const Graph& model, Parameters& parameters,
                                     const Preprocessing& preprocessing,
                                     std::shared_ptr<const Dataset> dataset,
                                     std::span<const std::int64_t> samples,
                                     const ActivationsOptions& options = {});

/// What files of activations contain besides the values.
struct ActivationsNote {
  std::vector<std::string> samples{};  ///< names of the samples: "0", "5", "picture.png"
  ActivationsOptions options{};
};

/// Writes one safetensors file, whole or not at all. It contains each layer's values under its
/// name. The metadata has "lehr.samples" and, by layer, "lehr.types" as JSON,
/// "lehr.before_activation" and "lehr.normalised".
void save_activations(const std::filesystem::path& file, std::span<const LayerOutput> outputs,
                      const ActivationsNote& note);
/// Writes a PNG for each sample and each layer that has maps, FOLDER/SAMPLE-LAYER.png. It shows the
/// maps side by side, each scaled from its smallest value (black) to its largest. Characters of a
/// name that have a meaning for the system are written as %2F and so on. Each file appears whole or
/// not at all. `go_on`, if given, is called before each file; if it returns false, no more files
/// are written. Returns the files. Throws BadInput if no layer has maps.
std::vector<std::filesystem::path> save_feature_maps(const std::filesystem::path& folder,
                                                     std::span<const LayerOutput> outputs,
                                                     const ActivationsNote& note,
                                                     const std::function<bool()>& go_on = {});

}  // namespace lehr
