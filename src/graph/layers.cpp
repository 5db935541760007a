#include "lehr/graph/layers.hpp"

#include <algorithm>

namespace lehr {
namespace {

bool has_weight(const Node& node) {
  return std::ranges::any_of(node.parameters,
                             [](const ParameterSpec& spec) { return spec.role == ParameterRole::weight; });
}

/// The nodes that read each node.
std::vector<std::vector<NodeId>> consumers_of(const Graph& graph) {
  std::vector<std::vector<NodeId>> consumers(graph.nodes().size());
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    for (const NodeId input : graph.nodes()[id].inputs) {
      consumers[static_cast<std::size_t>(input)].push_back(static_cast<NodeId>(id));
    }
  }
  return consumers;
}

}  // namespace

std::vector<Layer> layers_of(const Graph& graph) {
  const auto consumers = consumers_of(graph);
  std::vector<Layer> layers;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& first = graph.nodes()[id];
    if (!has_weight(first)) continue;
    auto last = static_cast<NodeId>(id);
    Layer layer{first.name, std::string(first.op->type()), {last}, last};
    for (const std::string_view type : {"batch_norm", "activation"}) {
      const std::vector<NodeId>& next = consumers[static_cast<std::size_t>(last)];
      if (next.size() != 1 || graph.node(next.front()).op->type() != type) continue;
      last = next.front();
      layer.nodes.push_back(last);
      layer.type += " + " + std::string(type);
      if (type == "batch_norm") layer.before_activation = last;
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace lehr
