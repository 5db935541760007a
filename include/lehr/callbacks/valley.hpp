#pragma once

#include <memory>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

/// Asks whether the end of a fit lies inside a valley of the loss. Records for the last epoch the loss of the
/// validation set at three points: `valley_before` with the weights and running statistics of the middle of
/// the last epoch, `valley_end` with those of its end, and `valley_between` with their mean. If
/// valley_between is the lowest, the weights still move from side to side of a valley, whose floor is lower
/// than the end: a lower rate or an average of weights would gain. If the three fall, the fit was still on
/// its way. With Ema the points are the weights, not the average. Costs three validations, once, and memory
/// for two copies of the weights. A fit that ends before its last epoch has no values. Source: the
/// interpolation between iterates of Goodfellow et al., "Qualitatively characterizing neural network
/// optimization problems", 2015 (arXiv 1412.6544); averages of weights: Izmailov et al. 2018 (arXiv
/// 1803.05407).
class Valley final : public Callback {
 public:
  Valley();
  ~Valley() override;
  Valley(Valley&&) noexcept;
  Valley& operator=(Valley&&) noexcept;
  std::string_view name() const override { return "Valley"; }
  /// Throws BadInput if the Learner does not validate.
  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void after_train(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void clean_up(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
