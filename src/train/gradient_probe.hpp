#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/optim/optimizer.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// Computes gradients of a Learner's network in training mode, with memory of its own. So nothing of the
/// Learner changes: not its weights, gradients and running statistics, nor what it draws at random.
class GradientProbe {
 public:
  /// Takes the Learner's present weights. Its loss and frozen parameters stay as they are now.
  explicit GradientProbe(const Learner& learner);

  /// Takes the Learner's present weights, running statistics and frozen parameters.
  void follow(const Learner& learner);
  /// Leaves the gradient of the batch's loss in parameters().grads(), zero for frozen parameters, and returns
  /// the batch's weight in the mean loss. `draw` is the number of the batch for layers that draw random
  /// numbers. The Learner's own batches draw other numbers.
  double gradient(const Batch& batch, std::uint64_t draw);
  /// The mean loss of the batch in training mode, without gradients. Equal draws give equal random numbers.
  double loss(const Batch& batch, std::uint64_t draw);

  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  /// Elements of the flat buffers that are frozen.
  std::span<const ParameterRange> frozen() const { return frozen_; }

  static LearnerState& state_of(const Learner& learner) { return *learner.state_; }

 private:
  std::shared_ptr<const Loss> loss_;
  Parameters parameters_;
  PlanCache plans_;
  std::vector<ParameterRange> frozen_;
};

}  // namespace lehr
