#pragma once

#include <functional>

#include "lehr/graph/graph.hpp"
#include "lehr/graph/ops.hpp"

/// Networks with faults.
namespace lehr::planted {

/// A copy of a graph without its activations.
Graph without_activations(const Graph& graph);
/// A copy of a graph with other norms.
Graph with_norms_of(const Graph& graph, const ops::BatchNorm::Spec& spec);
/// A copy of a graph with one more operation on its scores.
template <class SomeOp>
Graph with_last(Graph graph, SomeOp op) {
  graph.set_output(graph.add(std::move(op), {graph.output()}));
  return graph;
}

/// Convolutions that see `seen` pixels together, then a mean over all positions and a linear layer.
Graph short_sighted(const Shape& image, std::int64_t classes, std::int64_t seen);

}  // namespace lehr::planted
