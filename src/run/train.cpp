#include "lehr/run/train.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/diagnosis.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/run/config_files.hpp"
#include "lehr/store/run_lock.hpp"
#include "run/callbacks.hpp"
#include "run/kept_config.hpp"
#include "run/prepare.hpp"
#include "run/results.hpp"
#include "run/run_folder.hpp"
#include "run/skipping.hpp"
#include "run/warnings.hpp"

namespace lehr {
namespace run {
namespace {

/// One call of train().
class Training {
 public:
  Training(const TrainConfig& config, const TrainHooks& hooks)
      : hooks_(hooks), table_(table_of(hooks)), config_(prepared(config, table_, hooks)) {}

  TrainResult run() {
    const ThreadScope threads(static_cast<int>(config_.threads.value_or(0)));
    check_outputs(config_);
    make_paths_absolute(config_, table_);
    if (config_.save) check_recordable(config_, table_);
    if (!config_.resume.empty()) find_run();
    learner_ = make_learner(config_, setup_of(hooks_, warn()));
    if (hooks_.on_learner) hooks_.on_learner(*learner_);
    if (config_.find_lr && !find_rate()) return stopped_before_the_fit();
    const schedules::RateAndMomentum schedule =
        make_schedule(config_, learner_->steps(static_cast<int>(config_.epochs)));
    if (config_.resume.empty() && config_.save) make_folder();
    add_all_callbacks();
    if (hooks_.before_fit) hooks_.before_fit({*learner_, config_, place_});
    learner_->on(Event::before_batch, [trained = trained_](Learner&) { *trained = true; });
    fit(schedule);
    return finish();
  }

 private:
  std::function<void(const std::string&)> warn() {
    return [warnings = warnings_](const std::string& sentence) { warnings->add(sentence); };
  }

  void find_run() {
    point_ = resume_point(config_.resume);
    lock_ = std::make_unique<store::RunLock>(point_.folder);
    // The process that had the lock may have written another checkpoint.
    point_ = resume_point(config_.resume);
    place_ = RunPlace::of(point_.folder);
  }

  void make_folder() {
    made_ = std::make_shared<RunFolder>(config_.out);
    place_ = RunPlace::of(made_->path());
    lock_ = std::make_unique<store::RunLock>(place_.folder);
  }

  /// Searches for a learning rate. The result replaces the search, so a resumed run does not search
  /// again. Returns false if the search was stopped.
  bool find_rate() {
    const LrFinding finding = learner_->find_lr({.stop = hooks_.stop});
    if (finding.cancelled) return false;
    if (!finding.valley) throw BadInput("--lr auto: " + finding.note + "; give a rate");
    config_.lr = *finding.valley;
    config_.find_lr = false;
    return true;
  }

  void add_all_callbacks() {
    check_callbacks(*learner_, config_);
    add_callbacks(*learner_, config_, place_.folder, warn());
    add_statistics(*learner_, config_);
    add_snapshots(*learner_, config_, place_.folder, warn());
    if (config_.diagnose) learner_->add(Diagnosis({.config = config_toml(config_, table_)}));
    if (place_.folder.empty()) return;
    record();
    keep_config(*learner_, place_.folder, made_, kept_text());
  }

  void record() {
    RunRecorderOptions recorder;
    recorder.store = store_in(std::filesystem::absolute(place_.folder).parent_path());
    recorder.id = place_.id;
    recorder.name = config_.name;
    recorder.model = config_.model;
    recorder.config = config_toml(config_, table_);
    recorder.report = place_.folder / "report.html";
    if (!config_.study.empty()) recorder.environment[data_key] = description_of(learner_->data());
    recorder.stop_on_failure = config_.require_records;
    recorder.on_failure = warn();
    learner_->add(RunRecorder(std::move(recorder)));
  }

  /// The text of the run's config.toml. A resumed run keeps its own configuration, with the new
  /// paths of its data and logs.
  std::string kept_text() const {
    if (made_ != nullptr) return config_toml(config_, table_);
    TrainConfig kept = config_of_run(point_.folder, table_);
    for (const ConfigField& field : table_.fields()) {
      if (field.on_resume == OnResume::replace) field.set(kept, field.get(config_));
    }
    return config_toml(kept, table_);
  }

  void fit(const schedules::RateAndMomentum& schedule) {
    try {
      learner_->fit(static_cast<int>(config_.epochs), schedule,
                    {.resume = point_.checkpoint, .stop = hooks_.stop});
    } catch (const BadInput& error) {
      if (point_.checkpoint.empty()) throw;
      suggest_earlier_checkpoint(error);
    }
  }

  /// Suggests the checkpoint before a damaged one. If the error is about the training and not about
  /// the file, it is rethrown, because it would occur with any checkpoint.
  [[noreturn]] void suggest_earlier_checkpoint(const BadInput& error) const {
    if (!std::string_view(error.what()).starts_with(in_quotes(point_.checkpoint))) throw;
    const std::vector<std::filesystem::path> all = checkpoints_in(point_.folder / "checkpoints");
    const auto at = std::ranges::find(all, point_.checkpoint);
    if (at == all.end() || std::next(at) == all.end()) throw;
    throw BadInput(std::string(error.what()) +
                   "; the checkpoint before it can be tried: " + resume_command(*std::next(at)));
  }

  TrainResult finish() {
    const bool interrupted = learner_->stopped() && learner_->ending().reason == EndReason::interrupted;
    if (learner_->stopped() && records_failed()) {
      throw RecordsFailed("stopped, since the run store could not be written; go on with: " +
                          resume_command(place_.folder));
    }
    if (!place_.folder.empty()) {
      if (interrupted) check_last_checkpoint();
      save_model();
      if (made_) made_->keep();
    }
    if (records_failed()) {
      throw RecordsFailed(
          "the training is done and the model is saved, but the end of its records could not "
          "be written to the run store; the model: " +
          in_quotes(place_.model));
    }
    TrainResult result = result_of(*learner_);
    result.interrupted = interrupted;
    result.trained = *trained_ || point_.checkpoint.empty() || interrupted;
    result.time_limit = !interrupted && learner_->callback<Timer>().limit_reached();
    if (config_.stats) result.stats_overhead = learner_->callback<ActivationStats>().overhead();
    return with_learner(std::move(result));
  }

  TrainResult stopped_before_the_fit() {
    TrainResult result;
    result.begun = false;
    result.trained = false;
    result.interrupted = true;
    return with_learner(std::move(result));
  }

  TrainResult with_learner(TrainResult result) {
    result.learner = std::move(learner_);
    result.config = std::move(config_);
    result.place = std::move(place_);
    result.warnings = warnings_->all();
    return result;
  }

  /// Whether the records were required but could not be written.
  bool records_failed() const {
    return config_.require_records && !learner_->callback<RunRecorder>().failure().empty();
  }

  /// Throws if the checkpoint of a stop could not be written, because the batches since the one
  /// before are lost.
  void check_last_checkpoint() {
    const std::string& failure = learner_->callback<Checkpoint>().failure();
    if (failure.empty()) return;
    throw DiskError("interrupted, and the last checkpoint could not be written: " + failure +
                    "; go on from the one before with: " + resume_command(place_.folder));
  }

  void save_model() const {
    try {
      learner_->save(place_.model);
    } catch (const DiskError& error) {
      throw DiskError(error.what() + std::string("; once the disk has room, go on with: ") +
                      resume_command(place_.folder));
    }
  }

  const TrainHooks& hooks_;
  ConfigTable table_;
  TrainConfig config_;
  std::shared_ptr<Warnings> warnings_ = std::make_shared<Warnings>(hooks_.on_warning);
  std::shared_ptr<bool> trained_ = std::make_shared<bool>(false);
  std::shared_ptr<RunFolder> made_;       ///< only for a new run
  std::unique_ptr<store::RunLock> lock_;  ///< against other trainings in the same folder
  ResumePoint point_;                     ///< empty for a new run
  RunPlace place_;
  std::unique_ptr<Learner> learner_;  // may refer to the members above
};

}  // namespace
}  // namespace run

TrainResult train(const TrainConfig& config, const TrainHooks& hooks) {
  run::Training training(config, hooks);
  if (hooks.data) return training.run();
  return run::suggesting_to_skip(config, [&] { return training.run(); });
}

}  // namespace lehr
