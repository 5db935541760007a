#pragma once

#include <string_view>

#include "lehr/callbacks/monitor.hpp"

namespace lehr {

/// The defaults are those of Keras's ReduceLROnPlateau.
struct ReduceOnPlateauOptions {
  MonitorOptions monitor{.metric = "valid_loss", .min_delta = 1e-4};
  double factor = 0.1;  ///< factor for the rate
  int patience = 10;    ///< epochs without improvement before a reduction
  int cooldown = 0;     ///< epochs after a reduction that are not counted
  double min_lr = 0;    ///< lower bound of the rate
};

/// Multiplies the schedule's learning rate by a factor each time a metric stops improving.
class ReduceOnPlateau final : public Callback {
 public:
  /// Throws BadInput if a setting is out of range.
  explicit ReduceOnPlateau(ReduceOnPlateauOptions options = {});
  std::string_view name() const override { return "ReduceOnPlateau"; }
  int order() const override { return 10; }
  void before_fit(Learner& learner) override;
  void before_batch(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;
  std::optional<WatchedMetric> watched(const Learner& learner) const override {
    return monitor_.watched(name(), learner);
  }

  /// The current factor of the schedule's rate.
  double scale() const { return scale_; }

 private:
  ReduceOnPlateauOptions options_;
  Monitor monitor_;
  double scale_ = 1;
  int waited_ = 0;
  int cooling_ = 0;
};

}  // namespace lehr
