#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "lehr/train/callback.hpp"

namespace lehr {

struct GradientNoiseScaleOptions {
  /// Measures one batch in so many, except with GradientAccumulation. Each costs about as much as training on
  /// it, so the default costs at most 5 % (an epoch with fewer batches: one of them).
  std::int64_t every = 20;
  double smoothing = 0.95;  ///< factor of the older measurements in noise_scale_smoothed
};

/// Records for each epoch the gradient noise scale tr(Sigma) / |G|^2 (lehr/train/noise_scale.hpp says what it
/// means): `noise_scale_signal`, the mean of the unbiased estimates of |G|^2; `noise_scale_noise`, that of
/// tr(Sigma); `noise_scale`, their quotient in images. `noise_scale_smoothed` is the quotient of the
/// exponentially weighted sums over all measurements of the fit. A quotient is left out if its |G|^2 is not
/// above 0: the epoch has too few measurements to see the mean gradient in the noise.
///
/// With GradientAccumulation the estimates come from the gradients of the accumulated batches and their mean,
/// at every step and without a further pass. Without it, the two halves of a batch pass the network once more
/// before the batch is trained, in memory of their own. Both have the batch norm statistics of the smaller
/// part. Dropout counts as noise. Mixed images (MixUp, CutMix) make halves of a batch depend on each other,
/// which lowers the noise. Class weights are not taken into account as weights of images.
/// Source: McCandlish et al. 2018, appendix A.1.
class GradientNoiseScale final : public Callback {
 public:
  /// Throws BadInput if every < 1, or unless 0 <= smoothing < 1.
  explicit GradientNoiseScale(GradientNoiseScaleOptions options = {});
  ~GradientNoiseScale() override;
  GradientNoiseScale(GradientNoiseScale&&) noexcept;
  GradientNoiseScale& operator=(GradientNoiseScale&&) noexcept;
  std::string_view name() const override { return "GradientNoiseScale"; }
  /// After GradientAccumulation (-50) and mixing (-40), before GradientClip (-20).
  int order() const override { return -30; }
  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void before_batch(Learner& learner) override;
  void after_backward(Learner& learner) override;
  void before_step(Learner& learner) override;
  void after_step(Learner& learner) override;
  void after_train(Learner& learner) override;
  void clean_up(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
