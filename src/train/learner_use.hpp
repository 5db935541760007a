#pragma once

#include "train/learner_state.hpp"

namespace lehr {

/// One call that works on a Learner: fit, fine_tune, validate, find_lr. Calls nest within a thread. A stop
/// request holds until the outermost of them ends.
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
