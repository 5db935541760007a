#include "networks.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace lehr::planted {
namespace {

/// Copies node by node. `copy` returns what stands for the node.
using CopyNode = std::function<NodeId(Graph& to, const Node& node, std::vector<NodeId> inputs)>;

Graph copied(const Graph& graph, const CopyNode& copy) {
  Graph made(graph.name());
  std::vector<NodeId> places;
  for (const Node& node : graph.nodes()) {
    if (node.op == nullptr) {
      places.push_back(made.input(node.name, node.output));
      continue;
    }
    std::vector<NodeId> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(places.at(static_cast<std::size_t>(input)));
    places.push_back(copy(made, node, std::move(inputs)));
  }
  made.set_output(places.at(static_cast<std::size_t>(graph.output())));
  return made;
}

}  // namespace

Graph without_activations(const Graph& graph) {
  return copied(graph, [](Graph& to, const Node& node, std::vector<NodeId> inputs) {
    return node.op->is_activation() ? inputs.front() : to.add_op(node.op, std::move(inputs), node.name);
  });
}

Graph with_norms_of(const Graph& graph, const ops::BatchNorm::Spec& spec) {
  return copied(graph, [spec](Graph& to, const Node& node, std::vector<NodeId> inputs) {
    const bool is_norm = node.op->type() == "batch_norm";
    return to.add_op(is_norm ? std::make_shared<const ops::BatchNorm>(spec) : node.op, std::move(inputs),
                     node.name);
  });
}

Graph short_sighted(const Shape& image, std::int64_t classes, std::int64_t seen) {
  Graph graph("short-sighted");
  NodeId last = graph.input("input", {DType::f32, Shape{1, image[0], image[1], image[2]}});
  const auto convolve = [&](std::int64_t kernel) {
    last = graph.add(ops::Conv2d({.out_channels = 24,
                                  .kernel = {kernel, kernel},
                                  .padding = {kernel / 2, kernel / 2},
                                  .bias = false}),
                     {last});
    last = graph.add(ops::BatchNorm(), {last});
    last = graph.add(ops::Activation(), {last});
  };
  convolve(seen);
  last = graph.add(ops::MaxPool2d({}), {last});
  convolve(1);
  convolve(1);
  last = graph.add(ops::AdaptiveAvgPool2d(), {last});
  last = graph.add(ops::Flatten(), {last});
  graph.add(ops::Linear({.out_features = classes}), {last});
  return graph;
}

}  // namespace lehr::planted
