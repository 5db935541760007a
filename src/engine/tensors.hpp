#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/arena.hpp"
#include "engine/steps.hpp"

namespace lehr {

/// Index of a tensor in the arena.
using Slot = std::size_t;

/// A step with its kernel and the arena slots of its tensors.
struct PlannedStep {
  Step step;
  std::unique_ptr<Kernel> kernel;
  bool has_backward = false;
  std::vector<Slot> saved;
  /// Slots to which backward writes the gradient of each input. Empty if a gradient is not needed.
  std::vector<std::optional<Slot>> input_grads;
  /// A slot of input_grads that is added to a gradient that another step has written.
  struct Accumulation {
    Slot from;
    Slot to;
    std::int64_t count;
  };
  std::vector<Accumulation> accumulations;
};

/// All tensors of a plan: prepared kernels, gradient slots, and the lifetime of each tensor. Time
/// steps number the forward steps from 0, followed by the backward steps in reverse order.
struct PlanTensors {
  std::vector<PlannedStep> steps;
  /// By node: the node that owns the memory of its value (itself unless an alias)
  std::vector<NodeId> root;
  std::vector<std::optional<Slot>> value;  ///< by root node; empty for inputs of the graph
  std::vector<std::optional<Slot>> grad;   ///< by root node
  std::vector<Allocation> allocations;     ///< by slot
};

PlanTensors plan_tensors(std::vector<Step> steps, const Graph& graph, const Backend& backend,
                         const PlanOptions& options);

}  // namespace lehr
