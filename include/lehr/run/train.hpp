#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/run/config_table.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/ending.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// The run store could not be written, although TrainConfig::require_records is set. The run has
/// less in the store than in its checkpoints. The kind is `internal` (exit status 1).
class RecordsFailed : public Error {
 public:
  explicit RecordsFailed(const std::string& message) : Error(message) {}
};

/// A training that is about to begin.
struct TrainStart {
  Learner& learner;
  const TrainConfig& config;  ///< as recorded: with absolute paths and the rate that was found
  const RunPlace& place;
};

/// How a program follows and controls a training.
struct TrainHooks {
  /// Ends the training after the current batch. It may be set at any time, also before the
  /// training, and from any thread.
  std::stop_token stop{};
  /// Called with each warning, one sentence at a time. TrainResult::warnings has them too.
  std::function<void(const std::string&)> on_warning{};
  /// Called after the Learner is made, before the search for a rate and before anything is written.
  /// From then on, a signal handler may call Learner::request_stop.
  std::function<void(Learner&)> on_learner{};
  /// Called once before the fit. Add callbacks here, such as ProgressBar.
  std::function<void(const TrainStart&)> before_fit{};

  std::optional<DataSplits> data{};  ///< replaces TrainConfig::data
  DataOpener open_data{};            ///< as in SetupOptions; programs that train often share data so
  /// Makes the network. Replaces TrainConfig::model.
  std::function<Graph(const Shape& image, std::int64_t classes)> model{};
  /// Changes the options with which the Learner is made, such as its sampler or its normalisation. The run
  /// does not record these changes, so a resume needs the same function.
  std::function<void(LearnerOptions&)> on_options{};
  MeasureProgress measuring{};  ///< as in LearnerOptions
  /// The fields to check and record, for programs with own fields. Null: train_config_table().
  const ConfigTable* table = nullptr;
};

/// The result of a training. Metrics are those of the last epoch that has any. The training metrics
/// of an interrupted epoch cover the batches up to the interruption. Such an epoch has no
/// validation metrics.
struct TrainResult {
  std::unique_ptr<Learner> learner;  ///< trained, with its callbacks
  TrainConfig config;                ///< as in TrainStart
  RunPlace place;
  Ending ending;             ///< why the fit ended
  bool begun = true;         ///< false if it was stopped before the fit
  bool trained = true;       ///< false if a resumed run was already complete
  bool interrupted = false;  ///< by the stop token or Learner::request_stop
  bool time_limit = false;   ///< TrainConfig::time_limit ended it
  std::vector<std::string> warnings{};

  std::int64_t epochs = 0;  ///< number of epochs begun, including an interrupted one
  std::optional<SetMetrics> train{};
  int train_epoch = 0;  ///< of `train`, from 1
  std::optional<SetMetrics> valid{};
  int valid_epoch = 0;       ///< of `valid`, from 1
  double train_seconds = 0;  ///< only of the training part of the epochs
  double images_per_second = 0;
  /// Share of train_seconds in which the training waited for batches; if the data is not in memory.
  std::optional<double> waiting{};
  /// Time of ActivationStats divided by the rest of the training time.
  std::optional<double> stats_overhead{};
};

/// Trains as `lehr train` does: makes the run's folder, records the run, writes checkpoints, logs
/// and statistics, saves the model and the report. With TrainConfig::resume it continues a run,
/// whose options replace the defaults. Prints nothing and installs no signal handlers.
///
/// Throws BadInput if a field is out of range, has no effect or contradicts another one, if a file
/// cannot be written, and if a resumed run began with other options. Throws RecordsFailed; and
/// Diverged, DiskError and Error like Learner::fit and Learner::save. If the training cannot begin, it leaves
/// no files.
TrainResult train(const TrainConfig& config, const TrainHooks& hooks = {});

/// Repeats the training between the last two checkpoints of the run at TrainConfig::resume, and
/// compares every tensor bit for bit. Returns a sentence that says they are equal. Throws Error
/// with the first tensor that differs, and BadInput if there are not two checkpoints. Writes
/// nothing to the run and its logs.
std::string verify_run(const TrainConfig& config, const TrainHooks& hooks = {});

}  // namespace lehr
