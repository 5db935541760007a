#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "lehr/engine/plan.hpp"
#include "lehr/train/step_trace.hpp"

namespace lehr {

struct LearnerState;

/// The batch under way beyond its data (Learner::batch): what callbacks may see and change of it.
/// `learner.step().scale_loss(0.5)`. Valid as long as the Learner.
class Step {
 public:
  /// (batch size, classes), row by row, before softmax. Valid from after_predict to after_batch.
  std::span<const float> scores() const;
  /// Replaces the scores. Throws Error at other events than after_predict.
  void set_scores(std::span<const float> scores);
  /// Multiplies the loss and so all gradients. Throws Error at other events than after_predict and
  /// after_loss, and BadInput if the factor is not finite.
  void scale_loss(double factor);
  /// The training batch done again, layer by layer, with the weights as they are; overwrites the gradients.
  /// From after_predict on.
  StepTrace trace();
  /// Writes model and batch, for replay_dump; whole or not at all. Throws Error if no batch is under way.
  void save_dump(const std::filesystem::path& file, const std::string& message) const;
  /// The plan that computes the batch, from after_predict to after_batch; throws Error at other times.
  Plan& plan();

 private:
  friend class Learner;
  explicit Step(LearnerState& state) : state_(&state) {}
  LearnerState* state_;
};

}  // namespace lehr
