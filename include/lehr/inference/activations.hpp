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
  /// Each layer's values less their mean, over their std (unbiased), both over all its values for all the
  /// samples; values that are not finite do not count and stay. A layer that never varies becomes 0.
  bool normalised = false;
};

/// What a layer makes of some images.
struct LayerOutput {
  std::string layer;
  std::string type;  ///< "conv2d + activation"
  Tensor values;     ///< f32, (N, C, H, W) or (N, features), row-major
};

/// Outputs of layers for samples of a dataset, in inference mode, in the order of the layers. Throws BadInput
/// if the dataset is null, a sample does not exist, a pattern fits no layer, all pictures have one shape that
/// is not the model's, or the parameters are not the model's.
std::vector<LayerOutput> activations(const Graph& model, Parameters& parameters,
                                     const Preprocessing& preprocessing,
                                     std::shared_ptr<const Dataset> dataset,
                                     std::span<const std::int64_t> samples,
                                     const ActivationsOptions& options = {});

/// What files of activations say of them.
struct ActivationsNote {
  std::vector<std::string> samples{};  ///< what the samples are called: "0", "5", "picture.png"
  ActivationsOptions options{};
};

/// One safetensors file: each layer's values under its name; in the metadata "lehr.samples" and, by layer,
/// "lehr.types" as JSON, "lehr.before_activation" and "lehr.normalised". Whole or not at all.
void save_activations(const std::filesystem::path& file, std::span<const LayerOutput> outputs,
                      const ActivationsNote& note);
/// A PNG for each sample and each layer that has maps, FOLDER/SAMPLE-LAYER.png: its maps side by side, each
/// from its least value (black) to its largest. What could mean something to the system in a name is written
/// as %2F and so on. Each file whole or not at all. `go_on`, if given, is asked before each file; false ends
/// the work. Returns the files; throws BadInput if no layer has maps.
std::vector<std::filesystem::path> save_feature_maps(const std::filesystem::path& folder,
                                                     std::span<const LayerOutput> outputs,
                                                     const ActivationsNote& note,
                                                     const std::function<bool()>& go_on = {});

}  // namespace lehr
