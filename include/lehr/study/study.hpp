#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lehr/run/train.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/study/study_spec.hpp"

namespace lehr {

/// One training of a study.
struct StudyRun {
  std::size_t variant = 0;  ///< index in StudySpec::variants
  std::uint64_t seed = 0;
  std::string id{};  ///< of the run in the store
  bool diverged = false;
  /// The final validation accuracy is below store::collapse_limit: the network says about the same for
  /// every image.
  bool collapsed = false;
  std::map<std::string, double> values{};  ///< by measure; a value that the run lacks is left out
};

/// How far a study is.
struct StudyProgress {
  std::size_t done = 0;                  ///< runs, including those of an earlier process
  std::size_t total = 0;                 ///< runs
  const StudyRun* last = nullptr;        ///< the run that has just ended; null at the start
  std::optional<double> seconds_left{};  ///< estimated from the runs of this process
};

struct StudyHooks {
  std::stop_token stop{};  ///< ends the study after the current batch; the run can be resumed
  /// Runs that are trained at the same time, each on a thread of its own. With several, a run computes
  /// with threads() / workers threads, unless TrainConfig::threads says otherwise. This is faster for
  /// small networks, which several threads do not speed up much.
  int workers = 1;
  /// Called at the start and with each run that ended; by one thread at a time.
  std::function<void(const StudyProgress&)> on_progress{};
  /// Called with each run of the result, in order, also with those of an earlier process; by one
  /// thread at a time.
  std::function<void(const StudyRun&)> on_run{};
  /// Called with each warning once, also if many runs say the same; by one thread at a time.
  std::function<void(const std::string&)> on_warning{};
  /// Called by the threads that train, and by several at a time if there are workers.
  std::function<void(Learner&)> on_learner{};  ///< as TrainHooks::on_learner, for each run
  const ConfigTable* table = nullptr;          ///< null: train_config_table()
};

struct StudyResult {
  StudySpec spec;
  std::vector<StudyRun> runs{};  ///< by seed, then by variant
  bool interrupted = false;      ///< some runs are missing
};

/// A quantity of a run that studies compare.
struct StudyMeasure {
  std::string name;  ///< "accuracy"
  std::string help;  ///< one line
  std::string unit;  ///< "%", "s", "images" or empty
  bool higher_is_better = true;
};

/// The quantities of every run: accuracy, best_accuracy, valid_loss, train_loss, gap and
/// train_seconds. A metric of the runs (TrainConfig::metrics) and a value that they measure
/// (TrainConfig::measure) can be compared too, by its name.
const std::vector<StudyMeasure>& study_measures();

/// Runs what is missing of a study. Every run is a normal run in the store of TrainConfig::out, and
/// records the study's name and its variant. The variants of a seed are run one after the other, so
/// that a study that is stopped early has whole pairs. Finished runs of the same study are not
/// repeated, and interrupted ones are resumed, also those of a process that was killed.
///
/// Throws BadInput as check_study and lehr::train; if another process runs the study; and if runs of
/// that name have other options or were made by another version of lehr.
StudyResult run_study(const StudySpec& spec, const StudyHooks& hooks = {});

}  // namespace lehr
