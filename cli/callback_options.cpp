#include "callback_options.hpp"

#include "arguments.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/early_stopping.hpp"
#include "lehr/callbacks/ema.hpp"
#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/callbacks/gradient_clip.hpp"
#include "lehr/callbacks/loggers.hpp"
#include "lehr/callbacks/mix.hpp"
#include "lehr/callbacks/monitor.hpp"
#include "lehr/callbacks/reduce_on_plateau.hpp"
#include "lehr/callbacks/save_best.hpp"
#include "lehr/callbacks/terminate_on_non_finite.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/callbacks/trace_events.hpp"
#include "lehr/core/error.hpp"

namespace lehr::cli {
namespace {

constexpr const char* group = "Callbacks";
constexpr std::int64_t most_epochs = 1'000'000;

void add_optional_epochs(const Command& app, const std::string& name, std::optional<int>& target,
                         const std::string& help) {
  add_parsed(app, name, target, help,
             [](const std::string& option, const std::string& text) {
               return static_cast<int>(parse_integer(option, text, {1, most_epochs}));
             })
      .type_name("N")
      .group(group);
}

void add_optional_real(const Command& app, const std::string& name, std::optional<double>& target,
                       const RealRange& range, const std::string& help) {
  add_parsed(
      app, name, target, help,
      [range](const std::string& option, const std::string& text) { return parse_real(option, text, range); })
      .type_name("X")
      .group(group);
}

void add_watching(const Command& app, CallbackOptions& options) {
  app.option("--monitor", options.monitor,
             "metric that --early-stopping, --reduce-on-plateau and --save-best watch; lower is better for "
             "losses, cross_entropy and error_rate, higher for the others")
      .type_name("METRIC")
      .default_str(options.monitor)
      .group(group);
  add_optional_epochs(app, "--early-stopping", options.early_stopping,
                      "stop after N epochs without improvement");
  add_optional_epochs(app, "--reduce-on-plateau", options.reduce_on_plateau,
                      "lower the learning rate after N epochs without improvement");
  app.flag("--save-best", options.save_best, "keep the best epoch's model as best.safetensors").group(group);
  add_real(app, "--plateau-factor", options.plateau_factor, {0, 1},
           "factor by which --reduce-on-plateau multiplies the rate")
      .group(group);
}

void add_changing(const Command& app, CallbackOptions& options) {
  add_integer(app, "--accumulate", options.accumulate, {1, most_epochs},
              "accumulate the gradients of N batches for each step")
      .group(group);
  add_optional_real(app, "--clip-norm", options.clip_norm, {},
                    "clip the norm of all gradients together to X");
  add_optional_real(app, "--clip-value", options.clip_value, {}, "clip each gradient to X");
  add_optional_real(app, "--clip-adaptive", options.clip_adaptive, {},
                    "clip the gradient norm of each output unit to X times its weight norm");
  add_optional_real(app, "--ema", options.ema, {0, 1}, "average the weights with this decay");
  add_optional_real(app, "--mixup", options.mixup, {},
                    "mix pairs of images; X is alpha of the Beta distribution");
  add_optional_real(app, "--cutmix", options.cutmix, {},
                    "paste rectangles of other images; X is alpha of the Beta distribution");
  add_real(app, "--time-limit", options.time_limit, {},
           "minutes after which the training stops, including those before a resume; 0: no limit")
      .group(group);
}

void add_writing(const Command& app, CallbackOptions& options) {
  add_file(app, "--csv", options.csv, "write a line of comma-separated values for each epoch").group(group);
  add_file(app, "--jsonl", options.jsonl, "write a line with a JSON object for each epoch").group(group);
  app.flag("--trace-events", options.trace_events, "print each event when it fires").group(group);
  add_integer(app, "--checkpoint-batches", options.checkpoint_batches, {0, most_epochs * most_epochs},
              "write a checkpoint every N batches; 0: never")
      .group(group);
  add_real(app, "--checkpoint-minutes", options.checkpoint_minutes, {},
           "write a checkpoint every X minutes; 0: never")
      .group(group);
  add_integer(app, "--checkpoint-epochs", options.checkpoint_epochs, {0, most_epochs},
              "write a checkpoint every N epochs; 0: only at the end")
      .group(group);
  add_integer(app, "--keep-checkpoints", options.keep_checkpoints, {0, most_epochs},
              "keep the last N checkpoints; 0: all")
      .group(group);
  app.flag("--require-checkpoints", options.require_checkpoints,
           "stop if the disk does not take a checkpoint; without it the training goes on if there is an "
           "earlier one")
      .group(group);
}

/// What the options mean together; `saving` where the run has a folder.
void check(const Learner& learner, const CallbackOptions& options, bool saving) {
  const CallbackOptions unset;
  // Whoever watches it checks it as well, but a wrong name is wrong where nobody does.
  if (options.monitor != unset.monitor) Monitor({.metric = options.monitor}).check(learner);
  if (options.plateau_factor != unset.plateau_factor && !options.reduce_on_plateau) {
    throw BadInput("--plateau-factor needs --reduce-on-plateau");
  }
  if (!saving) {
    if (options.save_best) throw BadInput("--save-best contradicts --no-save");
    if (options.checkpoint_batches > 0) throw BadInput("--checkpoint-batches contradicts --no-save");
    if (options.checkpoint_minutes > 0) throw BadInput("--checkpoint-minutes contradicts --no-save");
    if (options.require_checkpoints) throw BadInput("--require-checkpoints contradicts --no-save");
  }
  const int clips =
      (options.clip_norm ? 1 : 0) + (options.clip_value ? 1 : 0) + (options.clip_adaptive ? 1 : 0);
  if (clips > 1) throw BadInput("give one of --clip-norm, --clip-value and --clip-adaptive");
  if (options.mixup && options.cutmix) throw BadInput("give one of --mixup and --cutmix");
}

void add_clip(Learner& learner, const CallbackOptions& options) {
  if (options.clip_norm) learner.add(GradientClip({.by = ClipBy::norm, .limit = *options.clip_norm}));
  if (options.clip_value) learner.add(GradientClip({.by = ClipBy::value, .limit = *options.clip_value}));
  if (options.clip_adaptive)
    learner.add(GradientClip({.by = ClipBy::adaptive, .limit = *options.clip_adaptive}));
}

}  // namespace

void add_callback_options(const Command& app, CallbackOptions& options) {
  add_watching(app, options);
  add_changing(app, options);
  add_writing(app, options);
}

void add_callbacks(Learner& learner, const CallbackOptions& options, const std::filesystem::path& folder,
                   const OnFailure& warn) {
  check(learner, options, !folder.empty());
  const MonitorOptions monitor{.metric = options.monitor};
  learner.add(TerminateOnNonFinite({.dump = folder.empty() ? folder : folder / "diverged.safetensors"}));
  if (options.trace_events) learner.add(TraceEvents());
  if (options.accumulate > 1) learner.add(GradientAccumulation({.batches = options.accumulate}));
  add_clip(learner, options);
  if (options.mixup) learner.add(MixUp({.alpha = *options.mixup}));
  if (options.cutmix) learner.add(CutMix({.alpha = *options.cutmix}));
  if (options.ema) learner.add(Ema({.decay = *options.ema}));
  if (options.reduce_on_plateau) {
    ReduceOnPlateauOptions plateau;
    plateau.monitor.metric = options.monitor;
    plateau.factor = options.plateau_factor;
    plateau.patience = *options.reduce_on_plateau;
    learner.add(ReduceOnPlateau(plateau));
  }
  if (options.early_stopping) {
    learner.add(EarlyStopping({.monitor = monitor, .patience = *options.early_stopping}));
  }
  TimerOptions timer;  // always there, so that a resumed run may get a limit or lose it
  if (options.time_limit > 0) timer.limit_seconds = 60 * options.time_limit;
  learner.add(Timer(timer));
  if (!options.csv.empty()) learner.add(CsvLogger(options.csv, warn));
  if (!options.jsonl.empty()) learner.add(JsonlLogger(options.jsonl, warn));
  if (folder.empty()) return;
  if (options.save_best) learner.add(SaveBest(folder / "best.safetensors", monitor, warn));
  learner.add(Checkpoint({.folder = folder / "checkpoints",
                          .every_batches = options.checkpoint_batches,
                          .every_minutes = options.checkpoint_minutes,
                          .every_epochs = options.checkpoint_epochs,
                          .keep = options.keep_checkpoints,
                          .stop_on_failure = options.require_checkpoints,
                          .on_failure = warn}));
}

}  // namespace lehr::cli
