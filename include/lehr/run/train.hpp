#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lehr/run/config_table.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/run/setup.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/ending.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/records.hpp"

namespace lehr {

/// A training that is about to begin.
struct TrainStart {
  Learner& learner;
  const TrainConfig& config;  ///< as it is recorded: with absolute paths and the rate that was found
  const RunPlace& place;
};

/// How a program follows and controls a training.
struct TrainHooks {
  /// Ends the training after its batch. It may be set at any time, before the training too, and from any
  /// thread.
  std::stop_token stop{};
  /// Takes warnings, a sentence each, as they come. TrainResult::warnings has them too.
  std::function<void(const std::string&)> on_warning{};
  /// Called when the Learner is made, before the search for a rate and before anything is written. A signal
  /// handler may call Learner::request_stop from here on.
  std::function<void(Learner&)> on_learner{};
  /// Called once before the fit: the place to add callbacks, such as ProgressBar.
  std::function<void(const TrainStart&)> before_fit{};

  std::optional<DataSplits> data{};  ///< instead of what TrainConfig::data names
  /// Makes the network, instead of what TrainConfig::model names.
  std::function<Graph(const Shape& image, std::int64_t classes)> model{};
  MeasureProgress measuring{};  ///< as in LearnerOptions
  /// The fields that are checked and recorded; null: train_config_table(). For own fields.
  const ConfigTable* table = nullptr;
};

/// What a training came to. Metrics are those of the last epoch that has any: of an epoch that was
/// interrupted the training metrics cover the batches until then, and there are none of validation.
struct TrainResult {
  std::unique_ptr<Learner> learner;  ///< trained, with its callbacks
  TrainConfig config;                ///< as in TrainStart
  RunPlace place;
  Ending ending;             ///< why the fit ended
  bool begun = true;         ///< false if it was stopped before the fit
  bool trained = true;       ///< false if a resumed run had come to its end already
  bool interrupted = false;  ///< by the stop token or Learner::request_stop
  bool time_limit = false;   ///< TrainConfig::time_limit ended it
  std::vector<std::string> warnings{};

  std::int64_t epochs = 0;  ///< begun, the one that was interrupted included
  std::optional<SetMetrics> train{};
  int train_epoch = 0;  ///< of `train`, from 1
  std::optional<SetMetrics> valid{};
  int valid_epoch = 0;       ///< of `valid`, from 1
  double train_seconds = 0;  ///< of the training part of the epochs alone
  double images_per_second = 0;
  std::optional<double> stats_overhead{};  ///< time of ActivationStats over the rest of the training's
};

/// Trains as `lehr train` does: makes the run's folder, records the run, writes checkpoints, logs and
/// statistics, saves the model and the report. With TrainConfig::resume it goes on with a run, whose options
/// replace the defaults. Prints nothing and installs no signal handlers.
///
/// Throws BadInput if a field is out of range, has no effect or contradicts another one, if a file cannot be
/// written, and if a run that is resumed began with other options; Diverged, DiskError and Error as
/// Learner::fit and Learner::save do. Nothing is left behind if the training cannot begin.
TrainResult train(const TrainConfig& config, const TrainHooks& hooks = {});

/// Repeats what lies between the last two checkpoints of the run at TrainConfig::resume, and compares every
/// tensor bit for bit. Returns a sentence that says they are equal. Throws Error that names the first tensor
/// that differs, and BadInput if there are no two checkpoints. Writes nothing to the run and its logs.
std::string verify_run(const TrainConfig& config, const TrainHooks& hooks = {});

}  // namespace lehr
