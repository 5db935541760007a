#include <algorithm>
#include <exception>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/text.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/store/made_folders.hpp"
#include "lehr/store/run_lock.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/study/study.hpp"
#include "run/prepare.hpp"
#include "run/run_folder.hpp"
#include "study/known_runs.hpp"
#include "study/measures.hpp"
#include "study/shared_data.hpp"
#include "study/whole_records.hpp"

namespace lehr {
namespace study {
namespace {

/// The folder that a study locks. The destructor removes it again, because it holds nothing else.
store::MadeFolders made_folder(const std::filesystem::path& folder, const std::filesystem::path& out) {
  try {
    return store::MadeFolders(folder);
  } catch (const std::filesystem::filesystem_error& failure) {
    run::throw_not_written(out, failure);
  }
}

/// Runs one study. Its runs are numbered by seed, then by variant. Workers take them in this order.
class Runner {
 public:
  Runner(const StudySpec& spec, const StudyHooks& hooks)
      : hooks_(hooks),
        table_(hooks.table != nullptr ? *hooks.table : train_config_table()),
        result_{.spec = spec} {
    TrainConfig& base = result_.spec.base;
    if (hooks.workers < 1) {
      throw BadInput("a study needs at least one worker, found " + std::to_string(hooks.workers));
    }
    if (hooks.workers > 1 && !base.threads) base.threads = std::max(1, threads() / hooks.workers);
  }

  StudyResult run() {
    check_study(result_.spec, table_);
    runs_.resize(result_.spec.variants.size() * result_.spec.seeds.size());
    find_results();
    if (is_complete()) {  // nothing is written, so that the results of a read-only folder can be read
      report(nullptr);
    } else {
      train_the_rest();
    }
    if (failure_) std::rethrow_exception(failure_);
    result_.interrupted = reported_ < runs_.size();
    for (const std::optional<StudyRun>& run : runs_) {
      if (run) result_.runs.push_back(*run);
    }
    return std::move(result_);
  }

 private:
  /// Reads the results of the runs that have one.
  void find_results() {
    known_ = known_runs(result_.spec, table_, open_data_);
    for (std::size_t number = 0; number < runs_.size(); ++number) {
      const store::RunInfo* known = known_run(number);
      if (known != nullptr && has_result(*known)) runs_[number] = read(number, known->id);
    }
  }
  bool is_complete() const {
    return std::ranges::all_of(runs_, [](const std::optional<StudyRun>& run) { return run.has_value(); });
  }

  void train_the_rest() {
    const std::filesystem::path folder = result_.spec.base.out / "studies" / result_.spec.name;
    const store::MadeFolders made = made_folder(folder, result_.spec.base.out);
    const store::RunLock lock(folder, store::LockedFor::study);
    find_results();  // another process may have trained some since
    report(nullptr);
    work_together();
  }

  const StudyVariant& variant_of(std::size_t number) const {
    return result_.spec.variants[number % result_.spec.variants.size()];
  }
  std::uint64_t seed_of(std::size_t number) const {
    return result_.spec.seeds[number / result_.spec.variants.size()];
  }
  const store::RunInfo* known_run(std::size_t number) const {
    const auto known = known_.find({variant_of(number).name, seed_of(number)});
    return known == known_.end() ? nullptr : &known->second;
  }

  void work_together() {
    const std::stop_callback stop_all(hooks_.stop, [this] { stop_.request_stop(); });
    std::vector<std::jthread> others;
    for (int i = 1; i < hooks_.workers; ++i) others.emplace_back([this] { work(); });
    work();
  }

  /// Trains runs until none is missing, or the study was stopped.
  void work() {
    try {
      while (const std::optional<std::size_t> number = next()) {
        const Stopwatch watch;
        const std::optional<std::string> id = train_run(*number);
        if (!id) return;
        add(*number, read(*number, *id), watch.seconds());
      }
    } catch (...) {
      const std::lock_guard guard(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }

  std::optional<std::size_t> next() {
    const std::lock_guard guard(mutex_);
    while (next_ < runs_.size() && runs_[next_]) ++next_;
    if (next_ == runs_.size() || stop_.stop_requested()) return std::nullopt;
    return next_++;
  }

  void add(std::size_t number, StudyRun run, double seconds) {
    const std::lock_guard guard(mutex_);
    runs_[number] = std::move(run);
    seconds_ += seconds;
    ++trained_;
    report(&*runs_[number]);
  }

  [[noreturn]] void throw_not_recorded() const {
    throw Error("the study " + in_quotes(result_.spec.name) +
                " stopped, since the run store could not be written; once the disk has room, the same "
                "command goes on");
  }

  /// How to train a run that has no result yet: from its checkpoint if there is one, otherwise anew.
  TrainConfig config_for(std::size_t number) const {
    TrainConfig config = config_of(result_.spec, variant_of(number), seed_of(number), table_);
    if (const store::RunInfo* known = known_run(number)) {
      const std::filesystem::path folder = config.out / known->id;
      if (can_go_on(store::RunStore(run::store_in(config.out)), known->id, folder)) {
        TrainConfig resumed;
        resumed.resume = folder;
        resumed.out = config.out;
        resumed.threads = config.threads;  // which a resume does not take from the run
        config = resumed;
      }
    }
    config.require_records = true;  // the result is read from them
    config.diagnose = false;        // a study trains what it expects to fail too
    return config;
  }

  /// Trains a run or resumes it. Returns its ID, or nothing if it was stopped.
  std::optional<std::string> train_run(std::size_t number) const {
    std::string id;
    TrainHooks hooks;
    hooks.stop = stop_.get_token();
    hooks.on_warning = [this](const std::string& sentence) { warn(sentence); };
    hooks.on_learner = hooks_.on_learner;
    hooks.table = &table_;
    hooks.open_data = open_data_;
    hooks.before_fit = [&id](const TrainStart& start) { id = start.place.id; };
    try {
      if (train(config_for(number), hooks).interrupted) return std::nullopt;
    } catch (const Diverged&) {  // a result: the record says so
    } catch (const RecordsFailed&) {
      throw_not_recorded();
    }
    return id;
  }

  /// Passes each sentence on once, because all runs say the same of their data.
  void warn(const std::string& sentence) const {
    const std::lock_guard guard(warnings_);
    if (hooks_.on_warning && said_.insert(sentence).second) hooks_.on_warning(sentence);
  }

  StudyRun read(std::size_t number, const std::string& id) const {
    const store::RunStore runs(run::store_in(result_.spec.base.out));
    const store::RunInfo info = runs.run(id);
    if (!has_result(info)) throw_not_recorded();
    StudyRun run{.variant = number % result_.spec.variants.size(), .seed = seed_of(number), .id = id};
    run.values = measured_values(runs, id);
    run.diverged = info.status == store::RunStatus::diverged;
    run.collapsed = !run.diverged && has_collapsed(run.values, info.classes.size());
    return run;
  }

  /// Calls the hooks. Runs are reported in order, progress with each run that ended.
  void report(const StudyRun* last) {
    for (; reported_ < runs_.size() && runs_[reported_]; ++reported_) {
      if (hooks_.on_run) hooks_.on_run(*runs_[reported_]);
    }
    if (!hooks_.on_progress) return;
    StudyProgress progress{.total = runs_.size(), .last = last};
    for (const std::optional<StudyRun>& run : runs_) progress.done += run ? 1 : 0;
    if (trained_ > 0) {
      const std::size_t left = progress.total - progress.done;
      progress.seconds_left =
          seconds_ / static_cast<double>(trained_) * static_cast<double>(left) / hooks_.workers;
    }
    hooks_.on_progress(progress);
  }

  const StudyHooks& hooks_;
  ConfigTable table_;
  StudyResult result_;
  std::map<std::pair<std::string, std::uint64_t>, store::RunInfo> known_;
  std::stop_source stop_;
  SharedData data_;
  DataOpener open_data_ = [this](const data::DataRequest& request) { return data_.open(request); };

  mutable std::mutex warnings_;  ///< protects the sentences
  mutable std::set<std::string> said_;
  std::mutex mutex_;  ///< protects the members below, and the hooks on_run and on_progress
  std::vector<std::optional<StudyRun>> runs_;  ///< by number
  std::size_t next_ = 0;                       ///< the first number that no worker has taken
  std::size_t reported_ = 0;                   ///< runs before this number were reported
  std::exception_ptr failure_;
  std::size_t trained_ = 0;  ///< runs of this process
  double seconds_ = 0;       ///< that they took, summed over workers
};

}  // namespace
}  // namespace study

StudyResult run_study(const StudySpec& spec, const StudyHooks& hooks) {
  return study::Runner(spec, hooks).run();
}

}  // namespace lehr
