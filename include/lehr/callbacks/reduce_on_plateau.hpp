#pragma once

#include <string_view>

#include "lehr/callbacks/monitor.hpp"

namespace lehr {

/// Source: Keras's ReduceLROnPlateau, whose defaults these are.
struct ReduceOnPlateauOptions {
  MonitorOptions monitor{.metric = "valid_loss", .min_delta = 1e-4};
  double factor = 0.1;  ///< what the rate is multiplied by
  int patience = 10;    ///< epochs without improvement before it is
  int cooldown = 0;     ///< epochs after a reduction that are not counted
  double min_lr = 0;    ///< the rate is not reduced below this
};

/// Multiplies the schedule's learning rate by a factor whenever a metric no longer improves.
class ReduceOnPlateau final : public Callback {
 public:
  /// Throws BadInput where a setting is out of range.
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

  /// What the schedule's rate is multiplied by at present.
  double scale() const { return scale_; }

 private:
  ReduceOnPlateauOptions options_;
  Monitor monitor_;
  double scale_ = 1;
  int waited_ = 0;
  int cooling_ = 0;
};

}  // namespace lehr
