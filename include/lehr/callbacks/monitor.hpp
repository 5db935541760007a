#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// Which value of an epoch's record to monitor, and which direction is better.
struct MonitorOptions {
  std::string metric = "valid_loss";  ///< see monitored()
  double min_delta = 0;               ///< a smaller change does not count as an improvement
  /// Whether lower is better. If not set: lower for losses, higher for accuracies, and as
  /// Metric::higher_is_better says for other metrics.
  std::optional<bool> lower{};
};

/// Keeps the best value of a metric.
class Monitor {
 public:
  /// Throws BadInput if min_delta is negative or not finite.
  explicit Monitor(MonitorOptions options);

  /// Throws BadInput, with the names of all metrics, if the Learner does not have the metric. Determines the
  /// direction.
  void check(const Learner& learner);
  /// For before_fit: calls check() and resets the best value. Warns (Learner::warn) if the metric is
  /// undefined because the set has no sample of some classes.
  void start(Learner& learner);
  /// The value of the last epoch. Empty if that epoch was cancelled or the value is undefined (NaN). If it is
  /// undefined, Learner::warn is called. Such an epoch counts neither as an improvement nor as an epoch
  /// without improvement.
  std::optional<double> value_of(Learner& learner) const;
  /// Returns whether a value improves on the best so far, and if so makes it the best. NaN is never better.
  bool improves(double value);
  /// Whether `value` is better than `other` by more than min_delta.
  bool is_better(double value, double other) const;

  double best() const { return best_; }
  /// Valid after check() or start().
  bool lower_is_best() const { return lower_; }
  /// For Callback::watched.
  WatchedMetric watched(std::string_view callback, const Learner& learner) const;
  const MonitorOptions& options() const { return options_; }
  void save(CallbackState& state) const { state.numbers["best"] = best_; }
  void load(const CallbackState& state) { best_ = state.number("best"); }

 private:
  bool lower_in(const Learner& learner) const;

  MonitorOptions options_;
  bool lower_;
  double best_ = 0;
};

}  // namespace lehr
