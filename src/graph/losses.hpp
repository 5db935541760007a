#pragma once

#include "core/open_registry.hpp"
#include "lehr/graph/loss.hpp"

namespace lehr::graph {

using LossRegistry = OpenRegistry<LossFactory>;

/// Written by the build from the files of losses/.
void register_all_losses(LossRegistry& registry);

}  // namespace lehr::graph
