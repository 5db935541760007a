#include "lehr/graph/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "graph/checks.hpp"
#include "lehr/core/number_text.hpp"

namespace lehr {
namespace {

void check_name(const std::string& name) {
  if (has_control_characters(name)) {
    throw BadInput(fmt::format("a node's name should hold no control characters, found {}", in_quotes(name)));
  }
}

// Adds the node's name to the front of the operation's error message.
template <class Work>
auto with_node_name(const std::string& name, Work&& work) {
  try {
    return work();
  } catch (const BadInput& error) {
    throw BadInput(fmt::format("node {}: {}", in_quotes(name), error.what()));
  }
}

/// Rejects shapes and names that the operation of a program may give and that nothing else checks.
void check_tensors(const Node& node) {
  graph::checked_spec(std::string(node.op->type()) + "'s output", node.output.dtype,
                      node.output.shape.extents());
  for (auto one = node.parameters.begin(); one != node.parameters.end(); ++one) {
    const std::string what = std::string(node.op->type()) + "'s parameter " + in_quotes(one->name);
    graph::checked_spec(what, DType::f32, one->shape.extents());
    if (one->shape.rank() < 1) throw BadInput(what + " needs at least one axis, found none");
    if (one->name.empty()) throw BadInput(what + " needs a name");
    const auto same =
        std::ranges::find(std::next(one), node.parameters.end(), one->name, &ParameterSpec::name);
    if (same != node.parameters.end()) throw BadInput(what + " appears twice");
  }
}

TensorSpec with_batch(const TensorSpec& spec, std::int64_t batch_size) {
  std::vector<std::int64_t> extents(spec.shape.extents().begin(), spec.shape.extents().end());
  extents[0] = batch_size;
  return graph::checked_spec("an input", spec.dtype, extents);
}

std::vector<TensorSpec> specs_of(const std::vector<NodeId>& ids, auto&& spec_of) {
  std::vector<TensorSpec> specs;
  specs.reserve(ids.size());
  for (const NodeId id : ids) specs.push_back(spec_of(id));
  return specs;
}

}  // namespace

const Node& Graph::node(NodeId id) const {
  if (id >= 0 && static_cast<std::size_t>(id) < nodes_.size()) return nodes_[static_cast<std::size_t>(id)];
  throw BadInput(fmt::format("the graph {} has no node {}: it has {}", in_quotes(name_), id,
                             counted(static_cast<std::int64_t>(nodes_.size()), "node")));
}

NodeId Graph::append(Node node) {
  check_name(node.name);
  if (nodes_.empty()) output_ = -1;  // a set output belonged to nodes that were moved away
  if (!names_.insert(node.name).second) {
    throw BadInput(fmt::format("node {}: the name is taken by an earlier node", in_quotes(node.name)));
  }
  nodes_.push_back(std::move(node));
  return static_cast<NodeId>(nodes_.size()) - 1;
}

NodeId Graph::input(std::string name, TensorSpec spec) {
  if (name.empty()) name = fmt::format("input_{}", nodes_.size());
  with_node_name(name, [&] {
    if (spec.shape.rank() == 0 || spec.shape[0] != 1) {
      throw BadInput("an input needs a shape that starts with batch size 1, found " + spec.shape.str());
    }
    return with_batch(spec, 1);
  });
  return append({.op = nullptr, .inputs = {}, .name = std::move(name), .output = spec, .parameters = {}});
}

NodeId Graph::add_op(std::shared_ptr<const Op> op, std::vector<NodeId> inputs, std::string name) {
  if (!op) throw BadInput("a node needs an operation, found none");
  if (name.empty()) name = fmt::format("{}_{}", op->type(), nodes_.size());
  Node node{.op = std::move(op),
            .inputs = std::move(inputs),
            .name = std::move(name),
            .output = {},
            .parameters = {}};
  with_node_name(node.name, [&] {
    for (const NodeId id : node.inputs) {
      if (id < 0 || static_cast<std::size_t>(id) >= nodes_.size()) {
        throw BadInput(fmt::format("{} needs inputs among the {} earlier nodes, found number {}",
                                   node.op->type(), nodes_.size(), id));
      }
    }
    const std::vector<TensorSpec> specs = input_specs(node);
    node.output = node.op->infer(specs);
    node.parameters = node.op->parameters(specs);
    check_tensors(node);
    return 0;
  });
  return append(std::move(node));
}

void Graph::set_output(NodeId node) {
  if (node < 0 || static_cast<std::size_t>(node) >= nodes_.size()) {
    throw BadInput(fmt::format("the output should be one of the graph's {} nodes, found number {}",
                               nodes_.size(), node));
  }
  output_ = node;
}

std::vector<NodeId> Graph::inputs() const {
  std::vector<NodeId> found;
  for (std::size_t id = 0; id < nodes_.size(); ++id) {
    if (!nodes_[id].op) found.push_back(static_cast<NodeId>(id));
  }
  return found;
}

std::vector<TensorSpec> Graph::input_specs(const Node& node) const {
  return specs_of(node.inputs, [&](NodeId id) { return this->node(id).output; });
}

std::vector<TensorSpec> Graph::infer(std::int64_t batch_size) const {
  graph::expect_between("a graph", "a batch size", batch_size, 1, graph::max_setting);
  std::vector<TensorSpec> specs;
  specs.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    specs.push_back(with_node_name(node.name, [&] {
      if (!node.op) return with_batch(node.output, batch_size);
      return node.op->infer(
          specs_of(node.inputs, [&](NodeId id) { return specs[static_cast<std::size_t>(id)]; }));
    }));
  }
  return specs;
}

std::int64_t Graph::parameter_count() const {
  std::int64_t count = 0;
  for (const Node& node : nodes_) count += trained_elements(node);
  return count;
}

std::int64_t trained_elements(const Node& node) {
  std::int64_t count = 0;
  for (const ParameterSpec& parameter : node.parameters) {
    if (!is_state(parameter.role)) count += parameter.shape.numel();
  }
  return count;
}

}  // namespace lehr
