#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/train/learner.hpp"
#include "metrics/metric_sums.hpp"
#include "train/batch_sizes.hpp"
#include "train/callback_registry.hpp"
#include "train/stats_hub.hpp"

namespace lehr {

/// How the training set is loaded, without the preprocessing.
LoaderOptions training_loading(const LearnerOptions& options);

/// The loss to minimise. Throws BadInput if options contradict each other.
std::shared_ptr<const Loss> loss_of_options(const LearnerOptions& options);

/// The state of a Learner. FitLoop and the checkpoints use it.
struct LearnerState {
  Graph model;
  DataSplits data;
  LearnerOptions options;
  std::shared_ptr<const Loss> loss;
  Parameters parameters;
  PlanCache plans;
  std::shared_ptr<StatsHub> stats = std::make_shared<StatsHub>(model, parameters, plans);
  std::vector<ParameterGroup> groups;
  bool decays;  // whether the optimizer's ranges separate decayed parameters from others
  Optimizer optimizer;
  CallbackRegistry callbacks;
  std::vector<std::unique_ptr<Metric>> metrics;

  std::vector<EpochRecord> history;
  std::vector<std::string> warnings;  // of the current or last fit
  Progress progress;
  std::int64_t epochs_done = 0;  // over all fits; determines the order of the samples

  // Descriptions of the two sets for checkpoints. They are made for the first checkpoint.
  mutable std::string train_text;
  mutable std::string valid_text;

  // State of the running fit.
  FitPosition position;
  std::string schedule_text;  // the description of the schedule in checkpoints
  std::int64_t fits = 0;      // number of fits begun
  MetricSums train_sums;
  std::map<std::string, double> epoch_values;  // of the epoch that is not in the history yet
  bool epoch_recorded = false;                 // the current epoch is in the history
  double train_seconds = 0;                    // of this epoch, including the time before a resume
  Rates rates;
  Batch batch;
  std::int64_t batch_room = 0;  // samples loaded; after before_batch, the samples that the model runs on
  std::span<const float> scores;
  double loss_factor = 1;
  std::optional<Event> event;  // the current one
  std::array<bool, scope_names.size()> active{};
  std::optional<Scope> cancelled;
  bool in_batch = false;

  // State of the running call, see LearnerUse.
  std::atomic<std::thread::id> user{};  // the thread that runs it
  int uses = 0;                         // number of nested calls
  std::atomic<bool> stop_asked = false;
  std::stop_token stop_token{};
  Ending stop_why{};  // the reason given with the request, if any

  // State of the last fit.
  bool stopped = false;
  Ending ending{};

  LearnerState(Graph graph, DataSplits splits, LearnerOptions given);
  /// A copy without callbacks and metrics, with the seed shifted.
  LearnerState(const LearnerState& other, std::uint64_t seed_shift);

  /// Samples of the training set, including those that drop_last drops.
  std::int64_t samples_an_epoch() const;
  std::int64_t batches_an_epoch() const;
  /// Mean and std are measured at the first call, unless they were given.
  const Preprocessing& preprocessing() const;
  /// Uses the preprocessing of a checkpoint, so that nothing needs to be measured. Throws BadInput
  /// if it differs from the current one.
  void adopt(const Preprocessing& saved);
  /// Made at the first call, because it needs mean and std.
  Loader& train_loader();
  bool is_active(Scope scope) const { return active[static_cast<std::size_t>(scope)]; }
  /// Whether the events of a validation fire.
  bool is_validating() const { return is_active(Scope::validate) || event == Event::after_validate; }
  /// Throws Error if no batch is running.
  Batch& current_batch();
  /// Throws BadInput if a callback made the batch larger than the loaded one, because reads would
  /// go beyond its memory.
  void check_batch() const;
  /// How the training set is cut into batches.
  BatchCut batch_cut() const {
    return {samples_an_epoch(), options.batch_size, options.drop_last, batches_an_epoch()};
  }
  /// Passes the groups' settings to the optimizer and the plans.
  void apply_groups();
  /// Without decay, the optimizer has fewer ranges. If a callback sets a decay, the ranges are made
  /// again.
  void apply_decay_if_needed() {
    if (decays || (rates.weight_decay == 0 && rates.decoupled_decay == 0 && rates.l1 == 0)) return;
    decays = true;
    apply_groups();
  }
  /// "epoch 2, batch 17"
  std::string place() const;

 private:
  mutable Preprocessing preprocessing_;  // without mean and std until they are needed
  std::unique_ptr<Loader> train_loader_;
};

}  // namespace lehr
