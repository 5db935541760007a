#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/arena.hpp"
#include "engine/steps.hpp"

namespace lehr {

/// Index of a tensor in the arena.
using Slot = std::size_t;

/// A step with its kernel, and which slots of the arena its tensors take.
struct PlannedStep {
  Step step;
  std::unique_ptr<Kernel> kernel;
  bool has_backward = false;
  std::vector<Slot> saved;
  /// Where backward writes the gradient of each input; nothing where none is wanted.
  std::vector<std::optional<Slot>> input_grads;
  /// Slots of input_grads that are to be added to the gradient another step has written.
  struct Accumulation {
    Slot from;
    Slot to;
    std::int64_t count;
  };
  std::vector<Accumulation> accumulations;
};

/// Every tensor of a plan: kernels made, gradients routed, and for each tensor when it is alive. Moments
/// count the forward steps up from 0 and the backward steps on from there, last step first.
struct PlanTensors {
  std::vector<PlannedStep> steps;
  std::vector<NodeId> root;                ///< by node: whose memory holds its value (itself unless an alias)
  std::vector<std::optional<Slot>> value;  ///< by root node; nothing for inputs of the graph
  std::vector<std::optional<Slot>> grad;   ///< by root node
  std::vector<Allocation> allocations;     ///< by slot
};

PlanTensors plan_tensors(std::vector<Step> steps, const Graph& graph, const Backend& backend,
                         const PlanOptions& options);

}  // namespace lehr
