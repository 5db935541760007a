#pragma once

#include <vector>

#include "lehr/optim/optimizer.hpp"
#include "lehr/train/parameter_groups.hpp"

namespace lehr {

/// Ranges of consecutive parameters with equal settings, for the optimizer. Norm parameters and biases have
/// no weight decay (fastai). No parameter has any if `any_decay` is false and no group sets one.
std::vector<ParameterRange> group_ranges(const std::vector<ParameterGroup>& groups, const Graph& graph,
                                         const Parameters& parameters, bool any_decay);

/// The nodes without any trained parameter.
std::vector<NodeId> frozen_nodes(const std::vector<ParameterGroup>& groups, const Graph& graph,
                                 const Parameters& parameters);

/// Throws BadInput unless every trained parameter is in exactly one group, the groups' names are unique and
/// their settings are in range.
void check_groups(const std::vector<ParameterGroup>& groups, const Parameters& parameters);

}  // namespace lehr
