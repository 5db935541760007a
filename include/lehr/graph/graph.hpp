#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "lehr/graph/op.hpp"

namespace lehr {

/// Index of a node in its graph; nodes are in topological order.
using NodeId = int;

/// One operation applied to the outputs of earlier nodes. Inputs of the graph are nodes without an op.
struct Node {
  std::shared_ptr<const Op> op;           ///< null for an input of the graph
  std::vector<NodeId> inputs;             ///< producers, in the op's order
  std::string name;                       ///< PyTorch's module path: "layer1.0.conv1"
  TensorSpec output;                      ///< with batch size 1
  std::vector<ParameterSpec> parameters;  ///< leaf names; the full name is name + "." + leaf
};

/// Number of elements in a node's trained parameters. States do not count.
std::int64_t trained_elements(const Node& node);

/// A model as data: nodes in topological order. It can be printed, counted, saved and compared. It
/// holds no weights.
class Graph {
 public:
  explicit Graph(std::string name = "model") : name_(std::move(name)) {}

  /// Adds an input. The shape of the spec is for batch size 1: {1, C, H, W} for images, {1} for
  /// class numbers. Throws BadInput if it is not, or if the name is taken or contains control
  /// characters.
  NodeId input(std::string name, TensorSpec spec);
  /// Adds an operation. If the name is empty, it becomes the op's type and the node's number.
  /// Throws BadInput, naming the node, if the op does not accept its inputs or if the name is
  /// taken.
  template <class SomeOp>
  NodeId add(SomeOp op, std::vector<NodeId> inputs, std::string name = "") {
    return add_op(std::make_shared<const SomeOp>(std::move(op)), std::move(inputs), std::move(name));
  }
  NodeId add_op(std::shared_ptr<const Op> op, std::vector<NodeId> inputs, std::string name = "");
  /// Marks the node whose value is the model's result. The default is the node that was added last.
  void set_output(NodeId node);

  const std::string& name() const { return name_; }
  std::span<const Node> nodes() const { return nodes_; }
  /// Throws BadInput if there is no such node.
  const Node& node(NodeId id) const;
  /// -1 for a graph without nodes, such as one that was moved from.
  NodeId output() const {
    const auto last = static_cast<NodeId>(nodes_.size()) - 1;
    return output_ < 0 || last < 0 ? last : output_;
  }
  /// Nodes without an op, in the order in which they were added.
  std::vector<NodeId> inputs() const;
  /// Specs of a node's inputs, with batch size 1.
  std::vector<TensorSpec> input_specs(const Node& node) const;
  /// The output spec of every node for a batch size, by node id. Throws BadInput if the batch size
  /// is below 1 or too large for a tensor.
  std::vector<TensorSpec> infer(std::int64_t batch_size) const;
  /// Number of trained elements. States (running statistics) do not count.
  std::int64_t parameter_count() const;

 private:
  NodeId append(Node node);

  std::string name_;
  std::vector<Node> nodes_;
  std::unordered_set<std::string> names_;  ///< of all nodes
  NodeId output_ = -1;                     ///< as set, or -1
};

}  // namespace lehr
