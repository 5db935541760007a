#pragma once

#include "train/learner_state.hpp"

namespace lehr {

/// Marks a running call of a Learner: fit, fine_tune, validate, find_lr. Calls nest within a
/// thread. A stop request is valid until the outermost call ends.
class LearnerUse {
 public:
  /// Throws Error if another thread is in such a call.
  explicit LearnerUse(LearnerState& state);
  ~LearnerUse();
  LearnerUse(const LearnerUse&) = delete;
  LearnerUse& operator=(const LearnerUse&) = delete;

 private:
  LearnerState& state_;
};

}  // namespace lehr
