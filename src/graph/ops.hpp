#pragma once

#include "core/open_registry.hpp"
#include "lehr/graph/op_registry.hpp"

namespace lehr::graph {

using OpRegistry = OpenRegistry<OpFactory>;

/// Written by the build from the files of ops/.
void register_all_ops(OpRegistry& registry);

}  // namespace lehr::graph
