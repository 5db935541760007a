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
  int patience = 3;  ///< epochs without improvement that end the fit; 0 is the same as 1
  /// Until a value is better than this, epochs that improve do not restart the patience.
  std::optional<double> baseline{};
  bool restore_best = false;  ///< ends the fit with the weights of the best epoch, unless interrupted
  int start_from_epoch = 0;   ///< epochs before this one, counted from 0, are not judged
};

/// Ends the fit if a metric no longer improves. It ends at the same epoch as Keras's EarlyStopping.
class EarlyStopping final : public Callback {
 public:
  /// Throws BadInput where patience or start_from_epoch is negative.
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
  /// From 0; -1 before any epoch improved.
  int best_epoch() const { return best_epoch_; }
  /// Whether it ended the last fit.
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
