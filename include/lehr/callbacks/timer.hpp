#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "lehr/core/clock.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct TimerOptions {
  std::optional<double> limit_seconds{};  ///< ends the fit after the batch at which this time is exceeded
};

/// Measures the duration of a fit and its parts, and can limit it. Source: Lightning's Timer.
class Timer final : public Callback {
 public:
  /// Throws BadInput if the limit is not above 0.
  explicit Timer(TimerOptions options = {});
  std::string_view name() const override { return "Timer"; }
  int order() const override { return 55; }
  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void after_train(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

  /// Seconds of the current or last fit, including the time before a resume.
  double fit_seconds() const { return running_ ? before_ + watch_.seconds() : before_; }
  double train_seconds() const { return train_; }
  double valid_seconds() const { return valid_; }
  /// Whether the limit ended the current or last fit.
  bool limit_reached() const { return reached_; }

 private:
  TimerOptions options_;
  Stopwatch watch_;
  Stopwatch part_;
  double before_ = 0;
  double train_ = 0;
  double valid_ = 0;
  bool running_ = false;
  bool reached_ = false;
};

}  // namespace lehr
