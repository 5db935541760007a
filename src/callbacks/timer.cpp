#include "lehr/callbacks/timer.hpp"

#include <fmt/format.h>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

Timer::Timer(TimerOptions options) : options_(options) {
  if (!options_.limit_seconds || *options_.limit_seconds > 0) return;
  throw BadInput("the limit of Timer must be above 0 seconds, found " + number_text(*options_.limit_seconds));
}

void Timer::before_fit(Learner&) {
  watch_.restart();
  before_ = 0;
  train_ = 0;
  valid_ = 0;
  running_ = true;
  reached_ = false;
}

void Timer::before_train(Learner&) { part_.restart(); }
void Timer::after_train(Learner&) { train_ += part_.seconds(); }
void Timer::before_validate(Learner&) { part_.restart(); }
void Timer::after_validate(Learner&) { valid_ += part_.seconds(); }

void Timer::after_batch(Learner& learner) {
  if (!running_ || !options_.limit_seconds || fit_seconds() < *options_.limit_seconds) return;
  reached_ = true;
  learner.request_stop({EndReason::time_limit,
                        fmt::format("the time limit of {} seconds has passed", *options_.limit_seconds)});
}

void Timer::after_fit(Learner&) {
  before_ = fit_seconds();
  running_ = false;
}

void Timer::save_state(CallbackState& state) const {
  state.numbers = {{"fit", fit_seconds()}, {"train", train_}, {"valid", valid_}};
}

void Timer::load_state(const CallbackState& state) {
  before_ = state.number("fit");
  watch_.restart();
  train_ = state.number("train");
  valid_ = state.number("valid");
}

}  // namespace lehr
