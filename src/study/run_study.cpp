#include <filesystem>

#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/run/run_files.hpp"
#include "lehr/store/made_folders.hpp"
#include "lehr/store/run_lock.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/study/study.hpp"
#include "run/prepare.hpp"
#include "run/run_folder.hpp"
#include "study/known_runs.hpp"
#include "study/measures.hpp"

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

/// Runs one study from its first missing run to its last one.
class Runner {
 public:
  Runner(const StudySpec& spec, const StudyHooks& hooks)
      : hooks_(hooks),
        table_(hooks.table != nullptr ? *hooks.table : train_config_table()),
        result_{.spec = spec} {}

  StudyResult run() {
    check_study(result_.spec, table_);
    const std::filesystem::path folder = result_.spec.base.out / "studies" / result_.spec.name;
    const store::MadeFolders made = made_folder(folder, result_.spec.base.out);
    const store::RunLock lock(folder);
    known_ = known_runs(result_.spec, table_);
    for (const std::uint64_t seed : result_.spec.seeds) {
      for (std::size_t variant = 0; variant < result_.spec.variants.size(); ++variant) {
        if (!add(variant, seed)) return std::move(result_);
      }
    }
    report(nullptr, 0);
    return std::move(result_);
  }

 private:
  std::size_t total() const { return result_.spec.variants.size() * result_.spec.seeds.size(); }

  /// Adds the run of a variant and a seed to the result, and trains it if it is missing. Returns false
  /// if the study was stopped.
  bool add(std::size_t variant, std::uint64_t seed) {
    const StudyVariant& of = result_.spec.variants[variant];
    const auto known = known_.find({of.name, seed});
    std::string id = known == known_.end() ? "" : known->second.id;
    if (id.empty() || !has_result(known->second)) {
      report(&of, seed);
      result_.interrupted = hooks_.stop.stop_requested();
      if (result_.interrupted) return false;
      const Stopwatch watch;
      id = train_run(config_of(result_.spec, of, seed, table_), id);
      if (result_.interrupted) return false;
      seconds_ += watch.seconds();
      ++trained_;
    }
    result_.runs.push_back(read(variant, seed, id));
    if (hooks_.on_run) hooks_.on_run(result_.runs.back());
    return true;
  }

  /// Trains a run, or resumes the run `id`. Returns its ID.
  std::string train_run(TrainConfig config, const std::string& id) {
    if (!id.empty()) {
      const std::filesystem::path folder = config.out / id;
      if (!checkpoints_in(folder / "checkpoints").empty()) {
        const std::filesystem::path out = config.out;
        config = TrainConfig();
        config.resume = folder;
        config.out = out;
      }
    }
    TrainHooks hooks;
    hooks.stop = hooks_.stop;
    hooks.on_warning = hooks_.on_warning;
    hooks.on_learner = hooks_.on_learner;
    hooks.table = &table_;
    std::string made = id;
    hooks.before_fit = [&made](const TrainStart& start) { made = start.place.id; };
    try {
      result_.interrupted = train(config, hooks).interrupted;
    } catch (const Diverged&) {  // a result: the record says so
    }
    return made;
  }

  StudyRun read(std::size_t variant, std::uint64_t seed, const std::string& id) const {
    const store::RunStore runs(run::store_in(result_.spec.base.out));
    const store::RunInfo info = runs.run(id);
    StudyRun run{.variant = variant, .seed = seed, .id = id};
    run.values = measured_values(runs, id);
    run.diverged = info.status == store::RunStatus::diverged;
    run.collapsed = !run.diverged && has_collapsed(run.values, info.classes.size());
    return run;
  }

  void report(const StudyVariant* variant, std::uint64_t seed) const {
    if (!hooks_.on_progress) return;
    StudyProgress progress{.done = result_.runs.size(), .total = total(), .variant = variant, .seed = seed};
    if (trained_ > 0) {
      progress.last = &result_.runs.back();
      progress.seconds_left =
          seconds_ / static_cast<double>(trained_) * static_cast<double>(progress.total - progress.done);
    }
    hooks_.on_progress(progress);
  }

  const StudyHooks& hooks_;
  ConfigTable table_;
  StudyResult result_;
  std::map<std::pair<std::string, std::uint64_t>, store::RunInfo> known_;
  std::size_t trained_ = 0;  ///< runs of this process
  double seconds_ = 0;       ///< that they took
};

}  // namespace
}  // namespace study

StudyResult run_study(const StudySpec& spec, const StudyHooks& hooks) {
  return study::Runner(spec, hooks).run();
}

}  // namespace lehr
