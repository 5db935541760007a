#pragma once

#include <filesystem>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

struct TerminateOnNonFiniteOptions {
  std::filesystem::path dump{};  ///< file for the step that went wrong, for replay_dump; empty: none
};

/// Ends the training at the first loss, gradient, weight or running statistic that is not finite: throws
/// Diverged naming the layer and pass, epoch and batch, samples and learning rate. A check is one pass over
/// the gradients before the step and one over weights and statistics after it; only when it fails are the
/// layers looked at. Source: Keras's TerminateOnNaN.
class TerminateOnNonFinite final : public Callback {
 public:
  explicit TerminateOnNonFinite(TerminateOnNonFiniteOptions options = {}) : options_(std::move(options)) {}
  std::string_view name() const override { return "TerminateOnNonFinite"; }
  /// Before gradients are summed or clipped.
  int order() const override { return -70; }
  void after_loss(Learner& learner) override;
  void before_step(Learner& learner) override;
  void after_step(Learner& learner) override;

 private:
  TerminateOnNonFiniteOptions options_;
};

}  // namespace lehr
