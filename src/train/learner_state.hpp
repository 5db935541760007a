#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "classifier/plan_cache.hpp"
#include "lehr/train/learner.hpp"
#include "metrics/metric_sums.hpp"
#include "train/batch_sizes.hpp"
#include "train/callback_registry.hpp"

namespace lehr {

/// How the training set is loaded, but for the normalisation.
LoaderOptions training_loading(const LearnerOptions& options);

/// What a Learner consists of; the loop and the checkpoints work on it.
struct LearnerState {
  Graph model;
  DataSplits data;
  LearnerOptions options;
  Parameters parameters;
  PlanCache plans;
  std::vector<ParameterGroup> groups;
  bool decays;  // whether the optimizer's ranges tell weights, which decay, from the rest
  Optimizer optimizer;
  CallbackRegistry callbacks;
  std::vector<std::unique_ptr<Metric>> metrics;

  std::vector<EpochRecord> history;
  std::vector<std::string> warnings;  // of the present or last fit
  Progress progress;
  std::int64_t epochs_done = 0;  // over all fits: decides the order of the samples

  // How checkpoints describe the two sets; made at the first one.
  mutable std::string train_text;
  mutable std::string valid_text;

  // Of the fit under way.
  FitPosition position;
  std::string schedule_text;  // what a checkpoint says of the schedule
  std::int64_t fits = 0;      // begun so far
  MetricSums train_sums;
  double train_seconds = 0;  // of this epoch, before a resume
  Rates rates;
  Batch batch;
  std::int64_t batch_room = 0;  // its samples as loaded; behind before_batch, those that the model runs on
  std::span<const float> scores;
  double loss_factor = 1;
  std::optional<Event> event;  // under way
  std::array<bool, scope_names.size()> active{};
  std::optional<Scope> cancelled;
  bool in_batch = false;

  // Of the call under way, see LearnerUse.
  std::atomic<std::thread::id> user{};  // the thread that is in it
  int uses = 0;                         // nested calls
  std::atomic<bool> stop_asked = false;
  std::stop_token stop_token{};
  Ending stop_why{};  // given with the request, or nothing

  // Of the last fit.
  bool stopped = false;
  Ending ending{};

  LearnerState(Graph graph, DataSplits splits, LearnerOptions given);
  /// A copy without callbacks and metrics, its seed moved.
  LearnerState(const LearnerState& other, std::uint64_t seed_shift);

  std::int64_t batches_an_epoch() const;
  /// Measured at the first call unless it was given.
  const Normalisation& normalisation() const;
  /// Takes over a checkpoint's, which spares measuring. Throws BadInput if there is another one already.
  void adopt(const Normalisation& saved);
  /// Made at the first call, since it needs the normalisation.
  Loader& train_loader();
  bool is_active(Scope scope) const { return active[static_cast<std::size_t>(scope)]; }
  /// Whether the events of a validation fire.
  bool is_validating() const { return is_active(Scope::validate) || event == Event::after_validate; }
  /// Throws Error if no batch is under way.
  Batch& batch_under_way();
  /// Throws BadInput if callbacks made more of the batch than was loaded: reading it would leave its memory.
  void check_batch() const;
  /// Which batches an epoch trains on.
  BatchCut batch_cut() const {
    return {data.train->size(), options.batch_size, options.drop_last, batches_an_epoch()};
  }
  /// Hands the groups' settings to optimizer and plans.
  void apply_groups();
  /// The optimizer's ranges are fewer where nothing decays; a callback may ask for decay all the same.
  void apply_decay_if_needed() {
    if (decays || (rates.weight_decay == 0 && rates.decoupled_decay == 0 && rates.l1 == 0)) return;
    decays = true;
    apply_groups();
  }
  /// "epoch 2, batch 17"
  std::string place() const;

 private:
  mutable std::optional<Normalisation> normalisation_;
  std::unique_ptr<Loader> train_loader_;
};

}  // namespace lehr
