#pragma once

#include <string>
#include <vector>

#include "lehr/metrics/metrics.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/learner.hpp"

/// What a Learner knows of its fit, as records.
namespace lehr::run_rows {

/// Without ID, name, model, configuration and environment.
store::RunInfo info(const Learner& learner);
std::vector<store::MonitorRow> monitors(const Learner& learner);
/// The current batch.
store::StepRow step(const Learner& learner);
store::EpochRow epoch(const EpochRecord& record);
store::Confusion confusion(const ConfusionMatrix& matrix);
store::RunStatus status(EndReason reason);
/// "early_stopping: valid_loss has not improved for 3 epochs; ...". The text of an exception is the
/// run's note instead.
std::string reason(const Ending& ending);

}  // namespace lehr::run_rows
