#pragma once

#include <cstdint>
#include <string_view>

#include "lehr/backend/buffer.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct GradientAccumulationOptions {
  std::int64_t batches = 2;  ///< batches per optimizer step
};

/// Takes one optimizer step for several batches, with the mean gradient of all their samples, weighted by
/// class. Without batch norm the result equals that of one large batch, within rounding. The last batches of
/// an epoch make a step too, even if they are fewer. Source: fastai's GradientAccumulation.
class GradientAccumulation final : public Callback {
 public:
  /// Throws BadInput if batches < 1.
  explicit GradientAccumulation(GradientAccumulationOptions options = {});
  std::string_view name() const override { return "GradientAccumulation"; }
  int order() const override { return -50; }
  void before_fit(Learner& learner) override;
  /// Cancels the batch if more batches are needed before the step.
  void before_step(Learner& learner) override;
  void after_train(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  void forget();

  GradientAccumulationOptions options_;
  const Backend* backend_ = nullptr;
  Buffer sums_;               // of gradients, each times its batch's weight
  std::int64_t batches_ = 0;  // since the last step
  double weight_ = 0;
};

}  // namespace lehr
