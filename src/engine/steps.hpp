#pragma once

#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// One kernel of a plan: a node, or a node with its fused activation.
struct Step {
  std::vector<NodeId> nodes;
  std::vector<NodeId> inputs;
  KernelSpec spec;

  NodeId output() const { return nodes.back(); }
};

/// The steps that compute the graph's output, in order. Nodes that the output does not depend on
/// are left out. An activation is fused with its producer if the backend supports it and nothing
/// else reads the value between them.
std::vector<Step> make_steps(const Graph& graph, const Backend& backend, const PlanOptions& options);

}  // namespace lehr
