#pragma once

#include "lehr/data/loader.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/train/step_trace.hpp"

namespace lehr {

/// The inputs of a step, except for the parameters.
struct TracedStep {
  const Graph& model;
  const Loss& loss;
  const Batch& batch;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;  ///< selects the random numbers of dropout
};

/// Runs the step forward, and backward if the loss is finite, on a plan without fusions. Overwrites the
/// parameters' gradients; running statistics are restored.
StepTrace trace_step(const TracedStep& step, Parameters& parameters);

}  // namespace lehr
