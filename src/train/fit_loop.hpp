#pragma once

#include <memory>

#include "train/learner_state.hpp"

namespace lehr {

struct CheckpointContents;

/// The way of a fit through epochs, parts and batches, with its events.
class FitLoop {
 public:
  FitLoop(Learner& learner, LearnerState& state) : learner_(learner), s_(state) {}

  void fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options);
  /// A validation part alone. Within a fit, at an event of it, the fit's progress comes back afterwards.
  SetMetrics validate(std::shared_ptr<const Dataset> dataset);

 private:
  /// The one place where a part begins and ends: before_, the body, after_cancel_ where the part was
  /// cancelled, finish(), after_.
  template <class Body, class Finish>
  void within(Scope scope, const Body& body, const Finish& finish);
  /// Calls the callbacks; false where something is to be left.
  bool fire(Event event);
  bool going_on() const { return !s_.cancelled.has_value(); }
  /// The next batch, as the loader gives it.
  void take(const Batch& batch);
  /// Turns a stop request into a cancelled fit.
  void end_if_stop_requested();

  void run(int epochs, const schedules::RateAndMomentum& schedule);
  void epoch(const schedules::RateAndMomentum& schedule);
  SetMetrics train_part(const schedules::RateAndMomentum& schedule);
  void train_batch();
  /// With train_eval the training set is measured first, into it.
  SetMetrics validate_part(std::shared_ptr<const Dataset> dataset, SetMetrics* train_eval = nullptr);
  void validate_batch(MetricSums& sums);
  /// The training set in evaluation mode, without events of its batches. Nothing if the fit is to end.
  SetMetrics measure_training_set();
  void start_metrics() const;
  /// What a set came to, the Learner's metrics included.
  SetMetrics result_of(const MetricSums& sums) const;
  bool predict(Mode mode);
  bool compute_loss();
  void gather_metrics(std::span<const float> scores, const Batch& batch) const;
  void set_rates(const schedules::RateAndMomentum& schedule);
  void take_rates();
  void check_loss() const;
  /// Brings back what a checkpoint holds, once the way to its position has been gone.
  void restore_callbacks();
  void leave() noexcept;

  Learner& learner_;
  LearnerState& s_;
  std::shared_ptr<const CheckpointContents> resume_;  // until it is restored
};

}  // namespace lehr
