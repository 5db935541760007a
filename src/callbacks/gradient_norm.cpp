#include "lehr/callbacks/gradient_norm.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/train/learner.hpp"

namespace lehr {

void GradientNorm::before_train(Learner&) {
  sum_ = 0;
  max_ = 0;
  steps_ = 0;
}

void GradientNorm::before_step(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  norm_ = std::sqrt(parameters.backend().sum_of_squares(parameters.grads()));
}

void GradientNorm::after_step(Learner&) {
  sum_ += norm_;
  max_ = std::max(max_, norm_);
  ++steps_;
}

void GradientNorm::after_train(Learner& learner) {
  if (steps_ == 0) return;
  learner.record_value("gradient_norm", sum_ / static_cast<double>(steps_));
  learner.record_value("gradient_norm_max", max_);
}

void GradientNorm::save_state(CallbackState& state) const {
  state.numbers["sum"] = sum_;
  state.numbers["max"] = max_;
  state.integers["steps"] = steps_;
}

void GradientNorm::load_state(const CallbackState& state) {
  sum_ = state.number("sum");
  max_ = state.number("max");
  steps_ = state.integer("steps");
}

}  // namespace lehr
