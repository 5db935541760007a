#pragma once

#include <cstdint>

#include "lehr/backend/backend.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/rules.hpp"

namespace lehr {

class Learner;

/// Bytes that training a classifier will hold at its peak, known without running it. The data set and the
/// program itself come on top.
struct TrainingMemory {
  std::int64_t activations = 0;  ///< with their gradients and what the backward pass keeps
  std::int64_t workspace = 0;    ///< of kernels
  std::int64_t parameters = 0;   ///< values, gradients and the optimizer's states
  std::int64_t batches = 0;      ///< the loaders' of training and validation
  std::int64_t statistics = 0;   ///< of layers, which ActivationStats keeps: added by whoever watches layers

  std::int64_t total() const { return activations + workspace + parameters + batches + statistics; }
};

/// For a graph from images to scores of shape (N, classes), with validation in batches of the same size, on
/// data in memory. Throws BadInput if the graph cannot be trained at this batch size.
TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer = Adam{},
                               const Backend& backend = cpu_backend());
/// For the fits of this Learner, with validation unless its options leave it out. Statistics are not known
/// here.
TrainingMemory training_memory(Learner& learner);
/// What the Learner holds of it already, such as its parameters.
std::int64_t memory_held(const Learner& learner);

}  // namespace lehr
