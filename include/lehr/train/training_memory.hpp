#pragma once

#include <cstdint>

#include "lehr/backend/backend.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/rules.hpp"

namespace lehr {

class Learner;

/// Bytes that training a classifier needs at its peak, computed without running it. The data set and the
/// program itself are not included.
struct TrainingMemory {
  std::int64_t activations = 0;  ///< activations, their gradients and what is kept for the backward pass
  std::int64_t workspace = 0;    ///< of kernels
  std::int64_t parameters = 0;   ///< values, gradients and optimizer states
  std::int64_t batches = 0;      ///< of the loaders of training and validation
  std::int64_t statistics = 0;   ///< of layers; set by the code that adds ActivationStats

  std::int64_t total() const { return activations + workspace + parameters + batches + statistics; }
};

/// For a graph from images to scores of shape (N, classes). Assumes validation at the same batch
/// size and data in memory. Throws BadInput if the graph cannot be trained at this batch size.
TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer = Adam{},
                               const Backend& backend = cpu_backend());
/// For the fits of this Learner, with validation unless its options disable it. `statistics` stays 0.
TrainingMemory training_memory(Learner& learner);
/// The part of this memory that the Learner already holds, such as its parameters.
std::int64_t memory_held(const Learner& learner);

}  // namespace lehr
