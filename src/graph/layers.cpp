#include "lehr/graph/layers.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

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

/// All nodes with an operation, each as its own layer.
std::vector<Layer> single_nodes(const Graph& graph) {
  std::vector<Layer> nodes;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph.nodes()[id];
    if (node.op == nullptr) continue;
    const auto number = static_cast<NodeId>(id);
    nodes.push_back({node.name, std::string(node.op->type()), {number}, number, has_weight(node)});
  }
  return nodes;
}

std::vector<Layer> layers_matching(std::vector<Layer> layers, const std::string& pattern) {
  std::erase_if(layers, [&](const Layer& layer) { return !fits_pattern(layer.name, pattern); });
  return layers;
}

/// The names of both lists. A node that begins a layer is listed once.
std::vector<std::string> names_of(const std::vector<Layer>& layers, const std::vector<Layer>& nodes) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (const auto* all : {&layers, &nodes}) {
    for (const Layer& layer : *all) {
      if (known.insert(layer.name).second) names.push_back(layer.name);
    }
  }
  return names;
}

}  // namespace

NodeId Layer::output() const {
  if (nodes.empty()) throw BadInput("the layer " + in_quotes(name) + " has no nodes, so it has no output");
  return nodes.back();
}

std::vector<Layer> layers_of(const Graph& graph) {
  const auto consumers = consumers_of(graph);
  std::vector<Layer> layers;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& first = graph.nodes()[id];
    if (!has_weight(first)) continue;
    auto last = static_cast<NodeId>(id);
    Layer layer{first.name, std::string(first.op->type()), {last}, last, true};
    const auto take_next_if = [&](const auto& fits) {
      const std::vector<NodeId>& next = consumers[static_cast<std::size_t>(last)];
      if (next.size() != 1 || !fits(*graph.node(next.front()).op)) return false;
      last = next.front();
      layer.nodes.push_back(last);
      layer.type += " + " + std::string(graph.node(last).op->type());
      return true;
    };
    if (take_next_if([](const Op& op) { return op.type() == "batch_norm"; })) layer.before_activation = last;
    take_next_if([](const Op& op) { return op.is_activation(); });
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::vector<std::vector<int>> layer_inputs(const std::vector<Layer>& layers, const Graph& graph) {
  std::map<NodeId, int> outputs;
  std::map<NodeId, int> firsts;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    outputs[layers[i].output()] = static_cast<int>(i);
    firsts[layers[i].nodes.front()] = static_cast<int>(i);
  }
  std::vector<std::vector<int>> inputs(layers.size());
  // For each node, the layers whose outputs it is computed from.
  std::vector<std::set<int>> source_layers(graph.nodes().size());
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    std::set<int>& found = source_layers[id];
    for (const NodeId input : graph.nodes()[id].inputs) {
      found.insert(source_layers[static_cast<std::size_t>(input)].begin(),
                   source_layers[static_cast<std::size_t>(input)].end());
    }
    const auto node = static_cast<NodeId>(id);
    if (const auto first = firsts.find(node); first != firsts.end()) {
      inputs[static_cast<std::size_t>(first->second)].assign(found.begin(), found.end());
    }
    if (const auto output = outputs.find(node); output != outputs.end()) found = {output->second};
  }
  return inputs;
}

std::vector<Layer> layers_named(const std::vector<std::string>& patterns, const Graph& graph) {
  const std::vector<Layer> layers = layers_of(graph);
  if (patterns.empty()) return layers;
  const std::vector<Layer> nodes = single_nodes(graph);
  std::vector<Layer> found;
  for (const std::string& pattern : patterns) {
    std::vector<Layer> fitting = layers_matching(layers, pattern);
    if (fitting.empty()) fitting = layers_matching(nodes, pattern);
    if (fitting.empty()) throw unknown_name("layer", pattern, names_of(layers, nodes));
    found.insert(found.end(), fitting.begin(), fitting.end());
  }
  const auto in_order = [](const Layer& layer) { return std::pair(layer.nodes.front(), layer.output()); };
  std::ranges::sort(found, {}, in_order);
  const auto equal = [&](const Layer& a, const Layer& b) { return in_order(a) == in_order(b); };
  found.erase(std::unique(found.begin(), found.end(), equal), found.end());
  return found;
}

}  // namespace lehr
