#pragma once

#include <limits>
#include <optional>
#include <string>

#include "lehr/train/callback.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// Which number of an epoch's record is watched, and what counts as better.
struct MonitorOptions {
  std::string metric = "valid_loss";  ///< see monitored()
  double min_delta = 0;               ///< by less than this it has not improved
  /// Whether less is better; nothing: as the name suggests (losses and error rates fall).
  std::optional<bool> lower{};
};

/// Remembers the best value of a metric.
class Monitor {
 public:
  /// Throws BadInput where min_delta is negative or not finite.
  explicit Monitor(MonitorOptions options);

  /// Throws BadInput, with the names that there are, where the Learner will not have the metric.
  void check(const Learner& learner) const;
  /// The last epoch's value; nothing where that epoch was cancelled.
  std::optional<double> value_of(const Learner& learner) const;
  /// Whether a value improves on the best so far, which it then becomes. NaN never does.
  bool improves(double value);
  void reset(std::optional<double> baseline = {});

  double best() const { return best_; }
  bool lower_is_best() const { return lower_; }
  const MonitorOptions& options() const { return options_; }
  void save(CallbackState& state) const { state.numbers["best"] = best_; }
  void load(const CallbackState& state) { best_ = state.number("best"); }

 private:
  MonitorOptions options_;
  bool lower_;
  double best_;
};

}  // namespace lehr
