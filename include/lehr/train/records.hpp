#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "lehr/metrics/set_metrics.hpp"

namespace lehr {

/// The name in EpochRecord::values of the share of the training time in which the training waited for
/// batches. It is recorded if the training set is not in memory. After a resume in mid-epoch, it is the share
/// of the time since then.
inline constexpr const char* waiting_value = "waiting_for_data";

/// The results of one epoch.
struct EpochRecord {
  int epoch = 0;     ///< from 0
  SetMetrics train;  ///< averaged over the epoch, in which the weights change from batch to batch
  SetMetrics valid;  ///< no samples if validation did not run or did not finish
  /// The training set in evaluation mode after the epoch, with LearnerOptions::train_eval. Comparable to
  /// `valid`.
  SetMetrics train_eval{};
  double lr = 0;  ///< of the epoch's last batch
  double train_seconds = 0;
  double valid_seconds = 0;
  std::map<std::string, double> values{};  ///< what callbacks recorded (Learner::record_value)
  bool complete = true;                    ///< false if the epoch, or the fit during it, was cancelled
};

/// The position from which a checkpoint written now resumes: before this batch of this epoch.
struct FitPosition {
  int epoch = 0;
  std::int64_t batch = 0;
};

/// The state of the running fit, for callbacks.
struct Progress {
  int epoch = 0;
  int epochs = 0;
  std::int64_t batch = 0;    ///< index in this part of the epoch
  std::int64_t batches = 0;  ///< of this part of the epoch
  bool training = true;      ///< false during validation
  double lr = 0;
  double momentum = -1;            ///< negative: the optimizer's own
  double loss = 0;                 ///< of this batch
  double weight = 0;               ///< of this batch's loss: its samples, or the sum of their class weights
  SetMetrics running;              ///< of this part of the epoch so far
  std::int64_t steps = 0;          ///< optimizer steps since the Learner was constructed
  std::int64_t train_batches = 0;  ///< training batches begun since the Learner was constructed
  bool resumed = false;            ///< this fit was resumed from a checkpoint

  /// The share of the fit's training batches that came before this one, for schedules.
  double share() const {
    const auto part = static_cast<double>(batches);
    return (static_cast<double>(epoch) * part + static_cast<double>(batch)) /
           (static_cast<double>(epochs) * part);
  }
};

/// The value in an epoch's record with a name such as "valid_loss", "valid_accuracy", "train_loss",
/// "train_eval_loss", "valid_f1_macro", or one of EpochRecord::values. Throws BadInput with the nearest valid
/// name.
double monitored(const EpochRecord& record, const std::string& name);

/// A metric of the epochs' records that a callback monitors.
struct WatchedMetric {
  std::string callback;  ///< the callback's name
  std::string metric;    ///< as in monitored()
  bool lower_is_better = true;
  friend bool operator==(const WatchedMetric&, const WatchedMetric&) = default;
};

}  // namespace lehr
