#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"

namespace lehr {

/// The standard deviation of losses around their linear trend: sqrt(sum of squares / (n - 2)). NaN for less
/// than three losses.
double deviation_from_trend(std::span<const double> losses);

/// Records for each epoch how the losses of its batches vary:
/// `loss_noise` is their standard deviation around the linear trend of the epoch's last third,
/// sqrt(sum of squared residuals / (n - 2)) for the n losses of that third (least squares over the index);
/// `loss_spike` is the epoch's largest loss divided by the first loss of the fit.
/// Smaller batches have noisier losses, so compare loss_noise only at equal batch sizes. An epoch with fewer
/// than 9 batches has no loss_noise. Batches without a weight in the loss are left out.
class LossNoise final : public Callback {
 public:
  std::string_view name() const override { return "LossNoise"; }
  /// After callbacks that scale the loss.
  int order() const override { return 40; }
  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void after_loss(Learner& learner) override;
  void after_train(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  std::vector<double> first_;   // the first loss of the fit, once there is one
  std::vector<double> losses_;  // of this epoch
};

}  // namespace lehr
