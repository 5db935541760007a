#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lehr/optim/schedule.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

/// Sets a hyperparameter from a schedule over the progress of the fit, before each batch. Source: fastai's
/// ParamScheduler.
class ScheduleCallback final : public Callback {
 public:
  /// `hyperparameter` is one of schedulable(). Throws BadInput with the nearest name if it is not.
  ScheduleCallback(std::string hyperparameter, Schedule schedule);
  std::string_view name() const override { return name_; }
  int order() const override { return -60; }
  void before_batch(Learner& learner) override;

 private:
  std::string hyperparameter_;
  Schedule schedule_;
  std::string name_;
};

/// "lr", "momentum", "weight_decay", "decoupled_decay", "l1"
std::vector<std::string> schedulable();

}  // namespace lehr
