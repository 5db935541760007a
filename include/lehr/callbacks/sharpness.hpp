#pragma once

#include <string_view>

#include "lehr/train/callback.hpp"
#include "lehr/train/sharpness.hpp"

namespace lehr {

/// Records the largest eigenvalue of the Hessian of the mean training loss (largest_hessian_eigenvalue):
/// `sharpness_start` before the first batch of the fit, in the record of the first epoch, and `sharpness`
/// after the last batch of each epoch. With Ema it is that of the weights, not of the average. Each
/// measurement costs as many gradients of all its images as twice its iterations, usually 20 to 60. Warns
/// once if one has not converged. A value that is not finite is left out.
class Sharpness final : public Callback {
 public:
  /// By default it uses fewer images and a coarser tolerance than largest_hessian_eigenvalue, because it
  /// measures after each epoch.
  explicit Sharpness(SharpnessOptions options = {.images = 256, .tolerance = 0.01}) : options_(options) {}
  std::string_view name() const override { return "Sharpness"; }
  void before_fit(Learner& learner) override;
  void after_train(Learner& learner) override;

 private:
  SharpnessOptions options_;
};

}  // namespace lehr
