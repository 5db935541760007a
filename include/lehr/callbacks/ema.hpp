#pragma once

#include <memory>
#include <string_view>

#include "lehr/train/callback.hpp"

namespace lehr {

struct EmaOptions {
  double decay = 0.999;       ///< factor of the old average in each step
  bool warm_up = true;        ///< min(decay, (1 + steps) / (10 + steps)): the first steps count little
  bool validate_with = true;  ///< validates with the average, which stays in place until the end of the epoch
  bool keep = true;           ///< the fit ends with the average as weights
};

/// An exponential moving average of the weights and of the running statistics of norm layers. Source: Polyak
/// and Juditsky 1992; TensorFlow's ExponentialMovingAverage (its warm-up) and timm's ModelEma.
class Ema final : public Callback {
 public:
  /// Throws BadInput unless 0 <= decay < 1.
  explicit Ema(EmaOptions options = {});
  std::string_view name() const override { return "Ema"; }
  int order() const override { return 5; }
  void before_fit(Learner& learner) override;
  void before_epoch(Learner& learner) override;
  void before_train(Learner& learner) override;
  void after_train(Learner& learner) override;
  void after_step(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void before_stop(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void clean_up(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

 private:
  struct Buffers;
  void swap(Learner& learner);
  void put_back(Learner& learner);

  EmaOptions options_;
  std::shared_ptr<Buffers> average_;
  std::int64_t steps_ = 0;
  bool swapped_ = false;   ///< the model holds the average, and average_ holds the weights
  bool in_train_ = false;  ///< within the training part of an epoch
};

}  // namespace lehr
