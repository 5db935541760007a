#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "lehr/train/callback.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// Which number of an epoch's record is watched, and what counts as better.
struct MonitorOptions {
  std::string metric = "valid_loss";  ///< see monitored()
  double min_delta = 0;               ///< by less than this it has not improved
  /// Whether less is better. Nothing: less for losses, more for accuracies, and for other metrics what
  /// Metric::higher_is_better says.
  std::optional<bool> lower{};
};

/// Remembers the best value of a metric.
class Monitor {
 public:
  /// Throws BadInput if min_delta is negative or not finite.
  explicit Monitor(MonitorOptions options);

  /// Throws BadInput, with the names that there are, if the Learner will not have the metric. Finds the
  /// direction.
  void check(const Learner& learner);
  /// For before_fit: check(), and no value is the best yet. Warns (Learner::warn) if the set lacks classes
  /// without which the metric is undefined.
  void start(Learner& learner);
  /// The last epoch's value. Nothing if that epoch was cancelled, or if the value is undefined (NaN), which
  /// is said by Learner::warn: such an epoch neither improves nor counts as one without improvement.
  std::optional<double> value_of(Learner& learner) const;
  /// Whether a value improves on the best so far, which it then becomes. NaN never does.
  bool improves(double value);
  /// Whether a value is better than another by more than min_delta.
  bool is_better(double value, double other) const;

  double best() const { return best_; }
  /// Known from check() or start() on.
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
