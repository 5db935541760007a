#pragma once

#include <cstdint>
#include <vector>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// The cost of one node at a batch size, computed without running anything.
struct NodeCost {
  NodeId node = 0;
  std::int64_t parameters = 0;         ///< trained elements
  std::int64_t multiply_adds = 0;      ///< forward pass of the whole batch
  std::int64_t flops = 0;              ///< forward pass of the whole batch
  std::int64_t activation_bytes = 0;   ///< of the output
  std::int64_t receptive_field_h = 1;  ///< input rows that one output position sees
  std::int64_t receptive_field_w = 1;
};

/// One entry per node, in order. Receptive fields follow Araujo, Norris and Sim, "Computing
/// receptive fields of convolutional neural networks", Distill 2019.
std::vector<NodeCost> cost_of(const Graph& graph, std::int64_t batch_size);

}  // namespace lehr
