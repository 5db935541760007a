#pragma once

#include <filesystem>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

struct TerminateOnNonFiniteOptions {
  std::filesystem::path dump{};  ///< file for the diverging step, for replay_dump; empty: no file
};

/// Ends the training at the first loss, gradient, weight or running statistic that is not finite. Throws
/// Diverged with the layer and pass, epoch and batch, samples and learning rate. The check costs one pass
/// over the gradients before the step and one pass over weights and statistics after it. The layers are
/// traced only if the check fails. Source: Keras's TerminateOnNaN.
class TerminateOnNonFinite final : public Callback {
 public:
  explicit TerminateOnNonFinite(TerminateOnNonFiniteOptions options = {}) : options_(std::move(options)) {}
  std::string_view name() const override { return "TerminateOnNonFinite"; }
  /// Runs before gradients are accumulated or clipped.
  int order() const override { return -70; }
  void after_loss(Learner& learner) override;
  void before_step(Learner& learner) override;
  void after_step(Learner& learner) override;

 private:
  TerminateOnNonFiniteOptions options_;
};

}  // namespace lehr
