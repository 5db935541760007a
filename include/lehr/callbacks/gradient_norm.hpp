#pragma once

#include <cstdint>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Records for each epoch the L2 norm of the gradient of all parameters together, as PyTorch's
/// clip_grad_norm_ returns it: `gradient_norm` is the mean over the epoch's steps, `gradient_norm_max` the
/// largest. It is the norm before GradientClip, and with GradientAccumulation that of the accumulated
/// gradient. Costs one pass over the gradients of each batch. An epoch without a step has no values.
class GradientNorm final : public Callback {
 public:
  std::string_view name() const override { return "GradientNorm"; }
  /// Between GradientAccumulation (-50) and GradientClip (-20).
  int order() const override { return -45; }
  void before_train(Learner& learner) override;
  void before_step(Learner& learner) override;
  void after_step(Learner& learner) override;
  void after_train(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  double norm_ = 0;  // at the last before_step; its step may be cancelled
  double sum_ = 0;
  double max_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace lehr
