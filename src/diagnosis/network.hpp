#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lehr/graph/graph.hpp"

/// The structure of a network as rules see it.
namespace lehr::diagnosis {

/// Whether the node multiplies by weights: a convolution or a linear layer.
bool is_weighted(const Node& node);

/// All such nodes, in order.
std::vector<NodeId> weighted_nodes(const Graph& graph);

/// The weighted node whose output reaches this node's first input through nothing but linear operations
/// (norms, average pooling, dropout). None if there is an activation, maximum, sum or the image before it.
std::optional<NodeId> linear_source(const Graph& graph, NodeId node);

/// The node that computes the scores: the output without what only reshapes it.
NodeId scores_node(const Graph& graph);

}  // namespace lehr::diagnosis
