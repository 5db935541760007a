#pragma once

#include <memory>

#include "train/learner_state.hpp"

namespace lehr {

struct CheckpointContents;

/// Runs a fit: epochs, parts and batches, with their events.
class FitLoop {
 public:
  FitLoop(Learner& learner, LearnerState& state) : learner_(learner), s_(state) {}

  void fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options);
  /// Runs a validation part only. If it is called at an event of a fit, the fit's progress is restored
  /// afterwards.
  SetMetrics validate(std::shared_ptr<const Dataset> dataset);

 private:
  /// Runs one part with its events: before_, the body, after_cancel_ if the part was cancelled,
  /// finish(), after_. All parts run through this function.
  template <class Body, class Finish>
  void run_scope(Scope scope, const Body& body, const Finish& finish);
  /// Calls the callbacks. Returns false if the current part must be left.
  bool fire(Event event);
  bool is_continuing() const { return !s_.cancelled.has_value(); }
  /// Makes the loader's next batch the current one.
  void set_batch(const Batch& batch);
  /// Turns a stop request into a cancelled fit.
  void end_if_stop_requested();

  void run(int epochs, const schedules::RateAndMomentum& schedule);
  void epoch(const schedules::RateAndMomentum& schedule);
  SetMetrics train_part(const schedules::RateAndMomentum& schedule);
  void train_batch();
  /// If train_eval is not null, the training set is measured first and the result is stored there.
  SetMetrics validate_part(std::shared_ptr<const Dataset> dataset, SetMetrics* train_eval = nullptr);
  void validate_batch(MetricSums& sums);
  /// Measures the training set in evaluation mode, without events for its batches. The result is
  /// empty if the fit must end.
  SetMetrics measure_training_set();
  void start_metrics() const;
  /// The metrics of a set, including the Learner's own.
  SetMetrics result_of(const MetricSums& sums) const;
  bool predict(Mode mode);
  bool compute_loss();
  void gather_metrics(std::span<const float> scores, const Batch& batch) const;
  /// `seconds`: of this part of the epoch, since a resume.
  void record_waiting(double seconds);
  void set_rates(const schedules::RateAndMomentum& schedule);
  void take_rates();
  void check_loss() const;
  /// Restores the state of a checkpoint when the loop has reached the checkpoint's position.
  void restore_callbacks();
  void end_fit() noexcept;

  Learner& learner_;
  LearnerState& s_;
  std::shared_ptr<const CheckpointContents> resume_;  // null once restored
};

}  // namespace lehr
