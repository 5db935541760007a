#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/arena.hpp"
#include "engine/tensors.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {

/// The tensors of one step, as bound to its kernel.
struct StepTensors {
  std::vector<ConstTensorRef> inputs;
  std::vector<TensorRef> parameters;
  std::vector<TensorRef> saved;
  std::vector<TensorRef> input_grads;
  std::vector<TensorRef> parameter_grads;
  struct Sum {
    ConstTensorRef from;
    TensorRef to;
  };
  std::vector<Sum> sums;  // gradients with several sources
  KernelRun run;
};

/// Assigns memory to the tensors of a plan: parameters, inputs of the graph, and values and
/// gradients in the arena of a room. Binds the tensors to the kernels, and binds them again only if
/// they change.
class PlanBindings {
 public:
  /// Keeps references to tensors and parameters.
  PlanBindings(const Graph& graph, Parameters& parameters, const PlanTensors& tensors,
               const PlanOptions& options);

  const ArenaLayout& layout() const { return layout_; }
  StepTensors& step(std::size_t index) { return steps_[index]; }

  // Inputs of the graph. These throw Error for any other node, and BadInput if the element type or
  // the count does not match.
  void bind_input(NodeId node, const HostData& data);
  void bind_input(NodeId node, const ConstTensorRef& tensor);
  bool is_input(NodeId node) const { return inputs_.contains(node); }
  /// Throws BadInput if an input has no data.
  void check_inputs() const;

  /// Makes this plan the user of the room. The first call allocates, so memory needs can be queried
  /// without allocating.
  void enter(std::size_t workspace_bytes);
  /// Throws Error if the plan has not run, or if another plan has run in the same room since.
  void check_room() const;
  bool has_run() const { return generation_.has_value(); }

  ConstTensorRef value(NodeId node) const;
  /// Empty for an input of the graph and for a node that is an alias of one.
  TensorRef own_value(NodeId node) const;
  /// Empty if the plan does not compute the gradient.
  TensorRef grad(NodeId node) const;

 private:
  struct Input {
    TensorSpec spec;
    std::unique_ptr<HostInput> host;
    ConstTensorRef tensor;
    struct Reader {
      std::size_t step;
      std::size_t input;
    };
    std::vector<Reader> readers;  // steps that read the input, directly or through an alias
  };

  void add_inputs(const Graph& graph);
  void add_parameters(Parameters& parameters);
  void bind(const PlannedStep& planned, StepTensors& at) const;
  void bind(Input& input, const ConstTensorRef& tensor);
  Input& input(NodeId node);
  TensorRef in_arena(const std::optional<Slot>& slot, const TensorSpec& spec) const;
  NodeId root_of(NodeId node) const { return tensors_.root[static_cast<std::size_t>(node)]; }
  const std::optional<Slot>& value_slot(NodeId node) const {
    return tensors_.value[static_cast<std::size_t>(root_of(node))];
  }
  const TensorSpec& spec_of(NodeId node) const { return specs_[static_cast<std::size_t>(node)]; }

  const Backend& backend_;
  const PlanTensors& tensors_;
  std::uint64_t seed_;
  ArenaLayout layout_;
  std::vector<TensorSpec> specs_;  // one per node
  std::vector<StepTensors> steps_;
  std::map<NodeId, Input> inputs_;
  std::shared_ptr<PlanRoom> room_;
  std::optional<std::uint64_t> generation_;  // the room's generation when the kernels were bound
};

}  // namespace lehr
