#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "lehr/backend/buffer.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct GradientAccumulationOptions {
  std::int64_t batches = 2;  ///< batches per optimizer step
  /// Batches per optimizer step at each progress (Progress::share) of the fit; replaces `batches`. Each
  /// value must be at least 1.
  std::function<std::int64_t(double progress)> batches_at{};
};

/// Takes one optimizer step for several batches, with the mean gradient of all their samples, weighted by
/// class. Without batch norm the result equals that of one large batch, within rounding. The last batches of
/// an epoch make a step too, even if they are fewer. Source: fastai's GradientAccumulation; for growing
/// batches Smith et al. 2018, arXiv 1711.00489.
class GradientAccumulation final : public Callback {
 public:
  /// Throws BadInput if batches < 1.
  explicit GradientAccumulation(GradientAccumulationOptions options = {});
  std::string_view name() const override { return "GradientAccumulation"; }
  int order() const override { return -50; }
  void before_fit(Learner& learner) override;
  /// Cancels the batch if more batches are needed before the step. Throws BadInput if batches_at gives
  /// less than 1.
  void before_step(Learner& learner) override;
  void after_train(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  void forget();
  std::int64_t wanted(double progress) const;

  GradientAccumulationOptions options_;
  const Backend* backend_ = nullptr;
  Buffer sums_;               // of gradients, each times its batch's weight
  std::int64_t batches_ = 0;  // since the last step
  double weight_ = 0;
};

}  // namespace lehr
