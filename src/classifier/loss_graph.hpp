#pragma once

#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr {

/// A model with its loss, which is the output.
struct LossGraph {
  Graph graph;
  NodeId scores = 0;   ///< the model's output
  NodeId targets = 0;  ///< an input: class numbers, or the probabilities of each class
};

/// Adds a cross entropy to a classifier. `soft`: on probabilities.
LossGraph with_loss(const Graph& classifier, const ops::CrossEntropy::Spec& loss, bool soft);

}  // namespace lehr
