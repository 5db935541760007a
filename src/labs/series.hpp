#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "labs/evidence.hpp"
#include "labs/lab.hpp"

/// Series of runs, from their records.
namespace lehr::labs {

/// The loss of every training batch.
std::vector<double> losses_of(const store::RunRecords& run);

/// The losses smoothed as in the rate finder, with beta 0.9.
std::vector<double> smoothed(const std::vector<double>& losses);

/// The number of training batches until the smoothed loss is at most `target`, counted from 1;
/// none if it never is.
std::optional<std::int64_t> batches_to_loss(const store::RunRecords& run, double target);

/// The loss that counts as reached: a quarter of the loss of guessing, ln(classes).
double loss_target(const LabSetup& setup);
/// The measure steps_to_loss, and the result with it in each run that reached the target.
StudyMeasure steps_measure(const LabSetup& setup);
StudyResult with_steps_to_loss(const LabView& view, const StudyResult& result);

/// A value of each epoch of each run of a variant, by epoch from 1. A run that ended early lacks the rest
/// (NaN).
Curve epoch_curve(const LabView& view, const StudyResult& result, std::size_t variant,
                  const std::function<double(const store::EpochRow&)>& value);

/// The smoothed training loss of each run of a variant at up to `points` batches.
Curve loss_curve(const LabView& view, const StudyResult& result, std::size_t variant,
                 std::size_t points = 150);

/// The noise of the losses around their trend in the last fifth of the training (deviation_from_trend).
std::optional<double> late_noise(const store::RunRecords& run);

}  // namespace lehr::labs
