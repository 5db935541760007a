#include "diagnosis/network.hpp"

#include <algorithm>
#include <array>

namespace lehr::diagnosis {
namespace {

bool is_linear(const Node& node) {
  constexpr std::array<std::string_view, 5> linear{"batch_norm", "avg_pool2d", "adaptive_avg_pool2d",
                                                   "flatten", "dropout"};
  return std::ranges::find(linear, node.op->type()) != linear.end();
}

}  // namespace

bool is_weighted(const Node& node) {
  return node.op && (node.op->type() == "conv2d" || node.op->type() == "linear");
}

std::vector<NodeId> weighted_nodes(const Graph& graph) {
  std::vector<NodeId> found;
  for (NodeId id = 0; id <= graph.output(); ++id) {
    if (is_weighted(graph.node(id))) found.push_back(id);
  }
  return found;
}

std::optional<NodeId> linear_source(const Graph& graph, NodeId node) {
  while (!graph.node(node).inputs.empty()) {
    node = graph.node(node).inputs.front();
    const Node& before = graph.node(node);
    if (is_weighted(before)) return node;
    if (!before.op || !is_linear(before)) return std::nullopt;
  }
  return std::nullopt;
}

NodeId scores_node(const Graph& graph) {
  NodeId node = graph.output();
  while (graph.node(node).op && graph.node(node).op->type() == "flatten") {
    node = graph.node(node).inputs.front();
  }
  return node;
}

}  // namespace lehr::diagnosis
