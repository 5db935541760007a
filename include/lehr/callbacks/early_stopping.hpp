#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/callbacks/monitor.hpp"

namespace lehr {

/// Source: Keras's EarlyStopping, whose patience is 0 by default.
struct EarlyStoppingOptions {
  MonitorOptions monitor{};
  int patience = 3;  ///< epochs without improvement after which the fit ends; 0 is the same as 1
  /// Epochs that improve but are not better than this do not reset the patience.
  std::optional<double> baseline{};
  bool restore_best = false;  ///< ends the fit with the best epoch's weights, unless it is interrupted
  int start_from_epoch = 0;   ///< epochs before this one, counted from 0, are ignored
};

/// Ends the fit if a metric no longer improves, at the same epoch as Keras's EarlyStopping.
class EarlyStopping final : public Callback {
 public:
  /// Throws BadInput if patience or start_from_epoch is negative.
  explicit EarlyStopping(EarlyStoppingOptions options = {});
  std::string_view name() const override { return "EarlyStopping"; }
  int order() const override { return 20; }
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;
  void after_fit(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;
  std::optional<WatchedMetric> watched(const Learner& learner) const override {
    return monitor_.watched(name(), learner);
  }

  double best() const { return monitor_.best(); }
  /// Counted from 0; -1 if no epoch has improved yet.
  int best_epoch() const { return best_epoch_; }
  /// Whether this callback ended the last fit.
  bool stopped() const { return stopped_; }

 private:
  std::string reason() const;

  EarlyStoppingOptions options_;
  Monitor monitor_;
  int waited_ = 0;
  int best_epoch_ = -1;
  bool stopped_ = false;
  std::vector<float> best_values_;
  std::vector<float> best_states_;
};

}  // namespace lehr
