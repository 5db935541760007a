#pragma once

#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// How gradients are kept small.
enum class ClipBy {
  value,    ///< each element to [-limit, limit]; torch.nn.utils.clip_grad_value_
  norm,     ///< all together to an L2 norm of at most the limit; torch.nn.utils.clip_grad_norm_
  adaptive  ///< each output's weights to limit times the norm of those weights (Brock et al. 2021, AGC)
};

struct GradientClipOptions {
  ClipBy by = ClipBy::norm;
  double limit = 1;   ///< usual for adaptive clipping: 0.01
  double eps = 1e-3;  ///< adaptive: least norm that weights count with
};

/// Clips the gradients before each step.
class GradientClip final : public Callback {
 public:
  /// Throws BadInput where limit or eps is not above 0.
  explicit GradientClip(GradientClipOptions options = {});
  std::string_view name() const override { return "GradientClip"; }
  /// Behind GradientAccumulation.
  int order() const override { return -20; }
  void before_step(Learner& learner) override;

  /// L2 norm of all gradients before the last clipping by norm.
  double last_norm() const { return last_norm_; }

 private:
  GradientClipOptions options_;
  double last_norm_ = 0;
};

}  // namespace lehr
