#pragma once

#include <memory>

#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr::grad_cam {

/// The node whose output Grad-CAM looks at: the last one with several positions through which every
/// path from the image to the scores goes, without the pools and dropouts at its end. -1 if there is
/// none.
NodeId maps_node(const Graph& model);

/// The part of a model behind that node, as a graph that can be differentiated. It computes the
/// score of one class in inference mode. Dropout is left out, and a batch norm is the multiplication
/// and addition that it is in inference, as a convolution of each channel. The bias of a convolution
/// that changes nothing sees the sum of the gradient over each map.
struct Head {
  Graph graph;
  NodeId maps = 0;                           ///< the input
  NodeId probe = 0;                          ///< the convolution that changes nothing
  std::unique_ptr<Parameters> parameters{};  ///< copies
};
Head head_of(const Graph& model, const Parameters& parameters, NodeId maps);

/// Makes the head compute the score of this class.
void choose_class(Head& head, std::int64_t of_class);
/// The gradient of the score with respect to each channel of the maps, summed over the positions,
/// after a backward pass.
Tensor channel_gradients(const Head& head);

}  // namespace lehr::grad_cam
