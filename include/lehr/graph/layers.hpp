#pragma once

#include <string>
#include <vector>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// A layer as users count them: a convolution or linear layer together with the norm and the
/// activation that directly follow it. It can also be a single node that was requested by name.
struct Layer {
  std::string name;  ///< of the first node: "layer1.0.conv1"
  std::string type;  ///< "conv2d + batch_norm + activation"
  /// In order. If the layer has a weight, it belongs to the first node.
  std::vector<NodeId> nodes;
  NodeId before_activation = 0;  ///< the last node that is not an activation
  /// Whether there is a "NAME.weight", that of a convolution or linear layer.
  bool has_weight = false;

  /// The last node. Throws BadInput if the layer has no nodes.
  NodeId output() const;
};

/// The layers of a graph, in order. A norm or an activation joins the layer before it if no other
/// node reads the values between them.
std::vector<Layer> layers_of(const Graph& graph);
/// Returns the layers whose names match one of the patterns: * matches any text, ? any one
/// character. A pattern that matches no layer selects single nodes: norms, activations, additions,
/// pools. The result is in graph order. Without patterns, it has all layers. Throws BadInput, with
/// the nearest name, for a pattern that matches nothing.
std::vector<Layer> layers_named(const std::vector<std::string>& patterns, const Graph& graph);
/// For each of these layers, the indices of the layers in the list that it reads, in ascending
/// order. Pools, additions and layers that are not in the list are looked through. Empty for a
/// layer that reads the image. Throws BadInput if a layer has no nodes.
std::vector<std::vector<int>> layer_inputs(const std::vector<Layer>& layers, const Graph& graph);

}  // namespace lehr
