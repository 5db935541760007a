#include "run/callbacks.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lehr/callbacks/activation_snapshots.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/gradient_clip.hpp"
#include "lehr/callbacks/loggers.hpp"
#include "lehr/callbacks/measurements.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/callbacks/monitor.hpp"
#include "lehr/callbacks/reduce_on_plateau.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/run/run_files.hpp"

namespace lehr::run {
namespace {

void add_accumulation(Learner& learner, const TrainConfig& config) {
  GradientAccumulationOptions options{.batches = config.accumulate};
  const std::int64_t factor = config.grow_batch.value_or(1);
  if (factor > 1) {
    // Where the schedule "step" lowers the rate.
    const auto growing =
        schedules::step(static_cast<double>(config.accumulate), static_cast<double>(factor), 1.0 / 3);
    options.batches_at = [growing](double progress) { return std::llround(growing(progress)); };
  }
  if (config.accumulate > 1 || factor > 1) learner.add(GradientAccumulation(std::move(options)));
}

void add_clip(Learner& learner, const TrainConfig& config) {
  if (config.clip_norm) learner.add(GradientClip({.by = ClipBy::norm, .limit = *config.clip_norm}));
  if (config.clip_value) learner.add(GradientClip({.by = ClipBy::value, .limit = *config.clip_value}));
  if (config.clip_adaptive)
    learner.add(GradientClip({.by = ClipBy::adaptive, .limit = *config.clip_adaptive}));
}

void add_watching(Learner& learner, const TrainConfig& config, const MonitorOptions& monitor) {
  if (config.reduce_on_plateau) {
    ReduceOnPlateauOptions plateau;
    plateau.monitor = monitor;
    plateau.factor = config.plateau_factor;
    plateau.patience = static_cast<int>(*config.reduce_on_plateau);
    learner.add(ReduceOnPlateau(plateau));
  }
  if (config.early_stopping) {
    learner.add(EarlyStopping({.monitor = monitor, .patience = static_cast<int>(*config.early_stopping)}));
  }
}

void add_measurements(Learner& learner, const TrainConfig& config) {
  for (const std::string& name : config.measure) learner.add(epoch_measurement(name).make());
}

void add_timer(Learner& learner, const TrainConfig& config) {
  TimerOptions timer;  // always added, so that a resumed run may gain or lose a limit
  if (config.time_limit > 0) timer.limit_seconds = 60 * config.time_limit;
  learner.add(Timer(timer));
}

}  // namespace

void check_callbacks(const Learner& learner, const TrainConfig& config) {
  // A callback that monitors the metric checks it as well. But a wrong name is an error even
  // without such a callback.
  static const TrainConfig defaults;
  if (config.monitor != defaults.monitor) Monitor({.metric = config.monitor}).check(learner);
  const int clips = (config.clip_norm ? 1 : 0) + (config.clip_value ? 1 : 0) + (config.clip_adaptive ? 1 : 0);
  if (clips > 1) throw BadInput("give one of --clip-norm, --clip-value and --clip-adaptive");
  for (auto name = config.measure.begin(); name != config.measure.end(); ++name) {
    if (std::find(config.measure.begin(), name, *name) != name)
      throw BadInput("--measure names " + in_quotes(*name) + " twice");
  }
  if (config.mixup && config.cutmix) throw BadInput("give one of --mixup and --cutmix");
}

void add_callbacks(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn) {
  const MonitorOptions monitor{.metric = config.monitor};
  learner.add(TerminateOnNonFinite({.dump = folder.empty() ? folder : folder / run_files::dump}));
  add_accumulation(learner, config);
  add_clip(learner, config);
  if (config.mixup) learner.add(MixUp({.alpha = *config.mixup}));
  if (config.cutmix) learner.add(CutMix({.alpha = *config.cutmix}));
  if (config.ema) learner.add(Ema({.decay = *config.ema}));
  add_watching(learner, config, monitor);
  add_measurements(learner, config);
  add_timer(learner, config);
  if (!config.csv.empty()) learner.add(CsvLogger(config.csv, warn));
  if (!config.jsonl.empty()) learner.add(JsonlLogger(config.jsonl, warn));
  if (folder.empty()) return;
  if (config.save_best) learner.add(SaveBest(folder / "best.safetensors", monitor, warn));
  learner.add(Checkpoint({.folder = folder / "checkpoints",
                          .every_batches = config.checkpoint_batches,
                          .every_minutes = config.checkpoint_minutes,
                          .every_epochs = static_cast<int>(config.checkpoint_epochs),
                          .keep = static_cast<int>(config.keep_checkpoints),
                          .stop_on_failure = config.require_checkpoints,
                          .on_failure = warn}));
}

void add_statistics(Learner& learner, const TrainConfig& config) {
  if (!config.stats) return;
  ActivationStatsOptions stats;
  stats.every = config.stats_every.value_or(0);
  stats.layers = config.stats_layers;
  stats.histograms = config.stats_histograms;
  stats.gradients = config.stats_gradients;
  stats.weight_histograms = config.stats_weight_histograms;
  stats.channels = config.stats_channels;
  stats.validation = config.stats_validation;
  stats.before_activation = config.stats_before_activation;
  stats.budget = config.stats_budget;
  learner.add(ActivationStats(std::move(stats)));
}

void add_snapshots(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn) {
  if (config.snapshots.empty()) return;
  ActivationSnapshotsOptions snapshots;
  snapshots.samples = config.snapshots;
  snapshots.activations.layers = config.snapshots_layers;
  snapshots.activations.normalised = config.snapshots_normalised;
  snapshots.every_epochs = static_cast<int>(config.snapshots_every);
  snapshots.folder = folder / "activations";
  snapshots.png = config.snapshots_maps;
  snapshots.on_failure = warn;
  learner.add(ActivationSnapshots(std::move(snapshots)));
}

}  // namespace lehr::run
