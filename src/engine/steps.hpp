#pragma once

#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// One kernel of a plan: a node, or a node and the activation fused behind it.
struct Step {
  std::vector<NodeId> nodes;
  std::vector<NodeId> inputs;
  KernelSpec spec;

  NodeId output() const { return nodes.back(); }
};

/// The steps that compute the graph's output, in order: nodes it does not depend on are left out, and an
/// activation joins its producer where the backend fuses the two and nothing else looks at what lies between
/// them.
std::vector<Step> make_steps(const Graph& graph, const Backend& backend, const PlanOptions& options);

}  // namespace lehr
