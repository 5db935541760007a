#pragma once

#include <cstdint>

#include "lehr/graph/graph.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/rules.hpp"

namespace lehr {

class Learner;

/// Bytes that training a classifier will hold at its peak, known without running it. The data set and the
/// program itself come on top.
struct TrainingMemory {
  std::int64_t activations = 0;  ///< with their gradients and what the backward pass keeps
  std::int64_t workspace = 0;
  std::int64_t parameters = 0;  ///< values, gradients and the optimizer's states
  std::int64_t batches = 0;     ///< the batch in use and one made ahead

  std::int64_t total() const { return activations + workspace + parameters + batches; }
};

/// For a graph from images to scores of shape (N, classes). Throws BadInput where it cannot be trained at
/// this batch size.
TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer = Adam{});
/// For the training batch under way, from after_predict to after_batch.
TrainingMemory training_memory(Learner& learner);

}  // namespace lehr
