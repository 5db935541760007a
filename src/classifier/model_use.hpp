#pragma once

#include "lehr/engine/plan.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// Throws BadInput if a plan needs more memory than the backend has. A plan's needs are known
/// before it allocates.
void check_memory(const Plan& plan, const Backend& backend);
/// The same for `copies` of a model's parameters: values, gradients, optimizer states.
void check_parameter_memory(const Graph& model, const Backend& backend, int copies);

}  // namespace lehr
