#pragma once

#include "lehr/graph/op_registry.hpp"

namespace lehr::graph {

/// Written by the build from the files of ops/.
void register_all_ops(OpRegistry& registry);

}  // namespace lehr::graph
