#include "inference/grad_cam_head.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::grad_cam {
namespace {

constexpr const char* probe_name = "grad_cam.probe";
constexpr const char* score_name = "grad_cam.score";

bool is(const Node& node, std::string_view type) { return node.op->type() == type; }

bool has_positions(const Node& node) {
  const Shape& shape = node.output.shape;
  return shape.rank() == 4 && shape[2] * shape[3] > 1;
}

/// The nodes between `maps` and the output, by node. False for all if the output has another path
/// to the image.
std::vector<bool> nodes_behind(const Graph& model, NodeId maps) {
  std::vector<bool> behind(model.nodes().size());
  behind[static_cast<std::size_t>(model.output())] = true;
  for (NodeId id = model.output(); id > maps; --id) {
    if (!behind[static_cast<std::size_t>(id)]) continue;
    for (const NodeId input : model.node(id).inputs) {
      if (input < maps) return std::vector<bool>(behind.size());
      behind[static_cast<std::size_t>(input)] = true;
    }
  }
  behind[static_cast<std::size_t>(maps)] = false;
  return behind;
}

bool is_on_every_path(const Graph& model, NodeId node) {
  const std::vector<bool> behind = nodes_behind(model, node);
  return std::ranges::find(behind, true) != behind.end();
}

bool only_pools(const Node& node) {
  constexpr std::array<std::string_view, 4> types{"max_pool2d", "avg_pool2d", "adaptive_avg_pool2d",
                                                  "dropout"};
  return std::ranges::find(types, node.op->type()) != types.end();
}

/// A convolution of each channel with one weight.
ops::Conv2d scale_of_channels(const TensorSpec& spec) {
  const std::int64_t channels = spec.shape[1];
  return ops::Conv2d({.out_channels = channels, .kernel = {1, 1}, .groups = channels, .bias = true});
}

void set_scale(Parameters& parameters, const std::string& node, std::span<const float> weight,
               std::span<const float> bias) {
  const auto channels = static_cast<std::int64_t>(weight.size());
  Tensor weights({channels, 1, 1, 1}, DType::f32);
  std::ranges::copy(weight, weights.elements<float>().begin());
  Tensor biases({channels}, DType::f32);
  std::ranges::copy(bias, biases.elements<float>().begin());
  parameters.set(node + ".weight", weights);
  parameters.set(node + ".bias", biases);
}

/// The multiplication and addition of a batch norm in inference.
void set_norm(Parameters& head, const Node& norm, const Parameters& model) {
  const Tensor gamma = model.get(norm.name + ".weight");
  const Tensor beta = model.get(norm.name + ".bias");
  const Tensor mean = model.get(norm.name + ".running_mean");
  const Tensor variance = model.get(norm.name + ".running_var");
  const double eps = norm.op->attributes().real("eps");
  std::vector<float> weight;
  std::vector<float> bias;
  for (std::size_t c = 0; c < gamma.elements<float>().size(); ++c) {
    const double scale = static_cast<double>(gamma.elements<float>()[c]) /
                         std::sqrt(static_cast<double>(variance.elements<float>()[c]) + eps);
    weight.push_back(static_cast<float>(scale));
    bias.push_back(static_cast<float>(static_cast<double>(beta.elements<float>()[c]) -
                                      scale * static_cast<double>(mean.elements<float>()[c])));
  }
  set_scale(head, norm.name, weight, bias);
}

}  // namespace

NodeId maps_node(const Graph& model) {
  for (NodeId id = model.output(); id >= 0; --id) {
    if (!model.node(id).op || !has_positions(model.node(id)) || !is_on_every_path(model, id)) continue;
    NodeId maps = id;
    while (only_pools(model.node(maps))) {
      maps = model.node(maps).inputs.front();
      if (!model.node(maps).op) return -1;  // only pools: there is nothing but the image
    }
    return maps;
  }
  return -1;
}

Head head_of(const Graph& model, const Parameters& parameters, NodeId maps) {
  Head head{.graph = Graph("grad-cam")};
  const TensorSpec& spec = model.node(maps).output;
  head.maps = head.graph.input("grad_cam.maps", spec);
  head.probe = head.graph.add(scale_of_channels(spec), {head.maps}, probe_name);
  const std::vector<bool> behind = nodes_behind(model, maps);
  std::vector<NodeId> place(behind.size());  // in the head
  place[static_cast<std::size_t>(maps)] = head.probe;
  for (std::size_t id = 0; id < behind.size(); ++id) {
    if (!behind[id]) continue;
    const Node& node = model.nodes()[id];
    std::vector<NodeId> inputs;
    for (const NodeId input : node.inputs) inputs.push_back(place[static_cast<std::size_t>(input)]);
    if (is(node, "dropout")) {
      place[id] = inputs.front();
    } else if (is(node, "batch_norm")) {
      place[id] = head.graph.add(scale_of_channels(node.output), inputs, node.name);
    } else {
      place[id] = head.graph.add_op(node.op, inputs, node.name);
    }
  }
  const NodeId scores = place[static_cast<std::size_t>(model.output())];
  head.graph.add(ops::Linear({.out_features = 1, .bias = false}), {scores}, score_name);

  head.parameters = std::make_unique<Parameters>(head.graph, parameters.backend());
  const auto channels = static_cast<std::size_t>(spec.shape[1]);
  set_scale(*head.parameters, probe_name, std::vector<float>(channels, 1), std::vector<float>(channels, 0));
  for (std::size_t id = 0; id < behind.size(); ++id) {
    if (!behind[id]) continue;
    const Node& node = model.nodes()[id];
    if (is(node, "batch_norm")) {
      set_norm(*head.parameters, node, parameters);
      continue;
    }
    for (const ParameterSpec& one : node.parameters) {
      const std::string name = node.name + "." + one.name;
      head.parameters->set(name, parameters.get(name));
    }
  }
  return head;
}

void choose_class(Head& head, std::int64_t of_class) {
  Tensor chosen(head.parameters->entry(std::string(score_name) + ".weight").shape, DType::f32);
  chosen.elements<float>()[static_cast<std::size_t>(of_class)] = 1;
  head.parameters->set(std::string(score_name) + ".weight", chosen);
}

Tensor channel_gradients(const Head& head) {
  return head.parameters->get_grad(std::string(probe_name) + ".bias");
}

}  // namespace lehr::grad_cam
