#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "lehr/engine/plan.hpp"
#include "lehr/train/step_trace.hpp"

namespace lehr {

struct LearnerState;

/// Access to the current batch beyond its data (Learner::batch), for callbacks:
/// `learner.step().scale_loss(0.5)`. Valid as long as the Learner.
class Step {
 public:
  /// (batch size, classes), row-major, before softmax. Valid from after_predict to after_batch.
  std::span<const float> scores() const;
  /// Replaces the scores. Throws Error at any event other than after_predict.
  void set_scores(std::span<const float> scores);
  /// Multiplies the loss and therefore all gradients. Throws Error at any event other than after_predict and
  /// after_loss, and BadInput if the factor is not finite.
  void scale_loss(double factor);
  /// Runs the training batch again layer by layer with the current weights. Overwrites the gradients. Allowed
  /// from after_predict on.
  StepTrace trace();
  /// Writes the model and the batch for replay_dump. The file is written completely or not at all.
  /// Throws Error if no batch is running.
  void save_dump(const std::filesystem::path& file, const std::string& message) const;
  /// The plan that computes the batch. Valid from after_predict to after_batch; throws Error at other times.
  Plan& plan();

 private:
  friend class Learner;
  explicit Step(LearnerState& state) : state_(&state) {}
  LearnerState* state_;
};

}  // namespace lehr
