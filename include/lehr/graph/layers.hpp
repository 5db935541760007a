#pragma once

#include <string>
#include <vector>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// What people call a layer: a convolution or a linear layer with the norm and the activation right behind
/// it. Or any single node that is asked for by its name.
struct Layer {
  std::string name;              ///< of the first node: "layer1.0.conv1"
  std::string type;              ///< "conv2d + batch_norm + activation"
  std::vector<NodeId> nodes;     ///< in order; of a layer with a weight, the first one has it
  NodeId before_activation = 0;  ///< the last node that is no activation
  bool has_weight = false;       ///< "NAME.weight", of a convolution or linear layer

  /// The last node. Throws BadInput if the layer has no nodes.
  NodeId output() const;
};

/// The layers of a graph, in order. A node belongs to the layer before it where nothing else reads what lies
/// between them.
std::vector<Layer> layers_of(const Graph& graph);
/// Those whose names fit one of the patterns: * stands for any text, ? for any character. A pattern that fits
/// no layer names single nodes: norms, activations, additions, pools. The order is that of the graph. Without
/// a pattern, all layers. Throws BadInput for a pattern that fits nothing, with the nearest name.
std::vector<Layer> layers_named(const std::vector<std::string>& patterns, const Graph& graph);
/// Of each of these layers, which of them it reads, in ascending order: through all that lies between, be it
/// a pool, an addition or a layer that is none of these. Empty for a layer that reads the image. Throws
/// BadInput if a layer has no nodes.
std::vector<std::vector<int>> layer_inputs(const std::vector<Layer>& layers, const Graph& graph);

}  // namespace lehr
