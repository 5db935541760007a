#pragma once

#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// How gradients are clipped.
enum class ClipBy {
  value,    ///< clips each element to [-limit, limit]; torch.nn.utils.clip_grad_value_
  norm,     ///< scales all gradients to a total L2 norm of at most limit; torch.nn.utils.clip_grad_norm_
  adaptive  ///< per output: to limit times the norm of its weights (Brock et al. 2021, AGC)
};

struct GradientClipOptions {
  ClipBy by = ClipBy::norm;
  double limit = 1;   ///< 0.01 is usual for adaptive clipping
  double eps = 1e-3;  ///< adaptive only: lower bound of the weights' norm
};

/// Clips the gradients before each step.
class GradientClip final : public Callback {
 public:
  /// Throws BadInput if limit or eps is not above 0.
  explicit GradientClip(GradientClipOptions options = {});
  std::string_view name() const override { return "GradientClip"; }
  /// Runs after GradientAccumulation.
  int order() const override { return -20; }
  void before_step(Learner& learner) override;

  /// L2 norm of all gradients before the last clipping by norm.
  double last_norm() const { return last_norm_; }

 private:
  GradientClipOptions options_;
  double last_norm_ = 0;
};

}  // namespace lehr
