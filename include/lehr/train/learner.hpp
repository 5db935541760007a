#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/init/initialise.hpp"
#include "lehr/metrics/metric.hpp"
#include "lehr/optim/optimizer.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/train/callback.hpp"
#include "lehr/train/ending.hpp"
#include "lehr/train/lr_finder.hpp"
#include "lehr/train/parameter_groups.hpp"
#include "lehr/train/records.hpp"
#include "lehr/train/step.hpp"

namespace lehr {

struct LearnerOptions {
  std::int64_t batch_size = 64;
  OptimizerSpec optimizer = Adam{};
  double label_smoothing = 0;
  /// One a class, or empty for equal weights. The loss is the mean by weight, so only their ratios count. A
  /// batch without weight has loss 0 and counts nothing.
  std::vector<double> class_weights{};
  Initialisation initialisation = Initialisation::kaiming_normal;
  std::uint64_t seed = 0;  ///< weights, data order, dropout
  bool drop_last = false;
  int prefetch = -1;             ///< as in LoaderOptions
  std::int64_t max_batches = 0;  ///< training batches an epoch, 0 for all
  bool validate = true;          ///< after each epoch
  /// Measures the training set too after each epoch, in evaluation mode and with the weights that the
  /// validation uses. Needs `validate`. Costs a forward pass over the set.
  bool train_eval = false;
  int threads = 0;  ///< that compute; 0: what lehr::threads() says when a fit or a validation begins
  const Backend* backend = &cpu_backend();
  /// Takes the warnings of a fit, a sentence each. Empty: they go to stderr.
  std::function<void(const std::string&)> on_warning{};
  /// Mean and std of each channel that images are normalised with. Nothing: the training set's own
  /// (normalisation_of), measured when they are first needed, and then kept.
  std::optional<Normalisation> normalisation{};
  /// Told how that measuring goes, on the thread that measures.
  MeasureProgress measuring{};
};

/// What belongs to one fit.
struct FitOptions {
  CallbackList callbacks{};  ///< beside those of the Learner; reached by callback<T>() until the next fit
  std::filesystem::path resume{};  ///< a checkpoint of the same fit to go on from; empty: from the start
  /// Ends this fit after its batch, as Learner::request_stop does. It may be set at any time, before the fit
  /// too, and from any thread.
  std::stop_token stop{};
};

/// Source: fastai's fine_tune.
struct FineTuneOptions {
  double lr = 2e-3;
  int freeze_epochs = 1;
  double lr_ratio = 100;  ///< the head's rate over the first group's
  double pct_start = 0.3;
  double div = 5;
  std::stop_token stop{};  ///< as in FitOptions, for all of it
};

struct LearnerState;
struct TrainingMemory;

/// Trains a model on data. Deterministic: options, data, thread count and machine decide every bit of the
/// result.
///
/// It owns its callbacks and metrics and shares ownership of the data sets. What it returns by reference
/// lives as long as it does, spans until the next call that changes what they show. The backend must outlive
/// it.
///
/// One thread at a time may use a Learner: fit, fine_tune, validate and find_lr throw Error if another thread
/// is in one of them. request_stop and stop_requested alone may be called from any thread. Different
/// Learners, clones included, may train in different threads.
class Learner {
 public:
  /// Throws BadInput if the graph is empty or no classifier, a data set is null, empty or does not fit the
  /// model, the two sets have different classes, or an option is out of range. Reads no image, unless the
  /// initialisation is lsuv.
  Learner(Graph model, DataSplits data, LearnerOptions options = {});
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// Another Learner that stands where this one stands, with a copy of weights and optimizer state and
  /// without callbacks or metrics. What is tried with it leaves no trace here.
  std::unique_ptr<Learner> clone() const;

  // Callbacks. All that add one throw Error during a fit.

  /// Adds a callback for all later fits and returns it. The label tells several of one type apart. Throws
  /// BadInput if the label is taken or the callback is null.
  template <std::derived_from<Callback> SomeCallback>
  SomeCallback& add(SomeCallback callback, std::string label = {}) {
    auto owned = std::make_unique<SomeCallback>(std::move(callback));
    SomeCallback& added = *owned;
    add(std::unique_ptr<Callback>(std::move(owned)), std::move(label));
    return added;
  }
  void add(std::unique_ptr<Callback> callback, std::string label = {});
  /// Calls `action` at an event of all later fits: `learner.on(Event::after_epoch, [](Learner& l) { ... })`.
  /// Throws BadInput if it is empty.
  void on(Event event, std::function<void(Learner&)> action, int order = 0);
  /// The callback of that type, given to the Learner or to the present or last fit; one that was given to a
  /// fit lives until the next fit begins. Throws BadInput if there is none, or several and no label that
  /// tells which.
  template <class SomeCallback>
  SomeCallback& callback(std::string_view label = {}) {
    const auto is_one = [](const Callback& one) {
      return dynamic_cast<const SomeCallback*>(&one) != nullptr;
    };
    return dynamic_cast<SomeCallback&>(find_callback(is_one, label));
  }

  /// Measured on the validation set after each epoch, and on the training set with
  /// LearnerOptions::train_eval. Throws BadInput if the metric is null, if its name holds control characters,
  /// or if the name is taken: by another metric, or as "loss", "accuracy" or "train_eval_...".
  void add_metric(std::unique_ptr<Metric> metric);
  template <class SomeMetric>
  SomeMetric& add_metric(SomeMetric metric) {
    auto owned = std::make_unique<SomeMetric>(std::move(metric));
    SomeMetric& added = *owned;
    add_metric(std::unique_ptr<Metric>(std::move(owned)));
    return added;
  }
  std::span<const std::unique_ptr<Metric>> metrics() const;

  // Training.

  /// Trains for `epochs`, rates by progress through all batches of the fit. Throws BadInput if epochs < 1,
  /// the schedule or a callback is empty, a rate is negative or not finite, or a checkpoint to resume from is
  /// of another training (saying what differs); Diverged if the loss is no longer finite; Error if this or
  /// another thread is in a fit already. What a callback or a metric throws is nested in an error that names
  /// the callback and the event, or the metric. What a data set or a schedule throws arrives as it is. The
  /// Learner is usable afterwards, and ending() says why the fit ended.
  void fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options = {});
  void fit(int epochs, LearningRate lr, FitOptions options = {});
  /// The highest rate is lr_max (shape.lr_max is not read).
  void fit_one_cycle(int epochs, LearningRate lr_max, FitOptions options = {},
                     schedules::OneCycleOptions shape = {});
  /// The head alone for freeze_epochs, then everything for `epochs` with rates that rise from group to group.
  void fine_tune(int epochs, const FineTuneOptions& options = {});

  /// Sweeps the learning rate upwards on a copy of this Learner, from its weights, optimizer state and place
  /// in the data, and says what to try. Leaves no trace, also when it is cancelled. Throws BadInput where an
  /// option is out of range.
  LrFinding find_lr(const LrFinderOptions& options = {}) const;

  /// Loss, accuracy and metrics on the validation set, or on any data of the model's image shape and classes.
  /// Fires the events of a validation part. If it is stopped or cancelled, the result has no samples. Throws
  /// BadInput if the data is null, empty or does not fit the model, and Error within a batch and at the
  /// events of a validation. A callback of a fit may call it at all other events, such as after_batch of a
  /// training batch.
  SetMetrics validate();
  SetMetrics validate(std::shared_ptr<const Dataset> dataset);

  // Parameter groups, first to last. Each trained parameter is in one.

  std::span<const ParameterGroup> groups() const;
  /// Throws BadInput unless every trained parameter is in exactly one group and settings are in range.
  void set_groups(std::vector<ParameterGroup> groups);
  /// Freezes the groups before that number (negative: from the end, as in Python) and unfreezes the others.
  void freeze_to(int group);
  void freeze() { freeze_to(-1); }
  void unfreeze() { freeze_to(0); }

  // For callbacks: what is under way, to see and to change.

  const Progress& progress() const;
  /// What a checkpoint written now would go on from.
  FitPosition position() const;
  /// What the Learner's callbacks and those of the present or last fit watch, in their order.
  std::vector<WatchedMetric> watched() const;
  /// Says something that people should know but that does not end the fit, through
  /// LearnerOptions::on_warning. The same sentence is said once a fit.
  void warn(const std::string& sentence);
  /// What was said in the present or last fit.
  std::span<const std::string> warnings() const;
  /// Leaves that part of the training when the callbacks of the present event are done. `why` is kept as
  /// ending() if the part is the fit; by default it is EndReason::cancelled with the callback's name. Throws
  /// Error if no such part is under way.
  void cancel(Scope scope, Ending why = {});
  /// The batch under way: targets, ids, and images that may be written to until the model has run. A callback
  /// may lower its size at before_batch. The fit ends with BadInput if a callback changes the size otherwise.
  Batch& batch();
  /// What else there is of the batch under way: scores, loss, plan.
  Step step();
  /// Has tensors of the network measured as they are computed (Plan::probed), while measuring is on; replaces
  /// what was watched before. Throws BadInput if a node is an input or not of the model, and Error within a
  /// batch.
  void watch(std::vector<ProbeSpec> probes);
  /// Turns measuring on or off from the next batch on; off by default. At before_batch: from this one on.
  /// `times`: also how long each step takes (Plan::times), for which the clock is read around each.
  void measure(bool on, bool times = false);

  /// What the next step will use; set by the schedule before before_batch.
  Rates& rates();

  /// Training batches of a fit of so many epochs: what a schedule of steps needs to know. Throws BadInput if
  /// epochs < 0.
  std::int64_t steps(int epochs) const;

  // The end of a fit.

  /// Asks the call under way (fit, fine_tune, find_lr or validate) to end after its batch. If none is under
  /// way, the next one ends before its first batch. May be called at any time, from any thread, from a
  /// callback and from a signal handler. The request is gone when that call returns, however it ends.
  /// FitOptions::stop and LrFinderOptions::stop do the same for one call alone.
  void request_stop() noexcept;
  /// The same with a reason, which is kept as ending(). For callbacks of the fit under way, on its thread.
  void request_stop(Ending why);
  /// Whether a request is waiting to be heeded. May be called from any thread.
  bool stop_requested() const noexcept;
  /// True if the last fit ended because of request_stop or a stop token.
  bool stopped() const;
  /// Why the last fit ended. Callbacks can read it from after_fit on; its reason is EndReason::none before.
  const Ending& ending() const;

  /// Epochs of all fits, oldest first.
  std::span<const EpochRecord> history() const;

  const Graph& model() const;
  Parameters& parameters();
  const Parameters& parameters() const;
  const DataSplits& data() const;
  /// Measures it if nothing was given and nothing has needed it yet.
  const Normalisation& normalisation() const;
  const LearnerOptions& options() const;
  Optimizer& optimizer();
  const Optimizer& optimizer() const;
  /// The plan of full training batches: what runs for each layer, what it takes and how long. Made at the
  /// first use.
  Plan& training_plan();

  /// Writes weights, graph, class names and normalisation as one safetensors file (whole or not at all).
  void save(const std::filesystem::path& file) const;
  /// Writes all that a fit under way needs to go on from here, in a file that is a saved model as well. Not
  /// during a batch: at after_batch, after_epoch and the like.
  void save_checkpoint(const std::filesystem::path& file) const;

 private:
  struct Cloned {};
  Learner(const Learner& other, Cloned, std::uint64_t seed_shift);
  /// A clone that does not validate, with another seed for data order and dropout unless the shift is 0.
  std::unique_ptr<Learner> clone_for_study(std::uint64_t seed_shift) const;
  friend TrainingMemory training_memory(Learner& learner);
  friend std::int64_t memory_held(const Learner& learner);
  Callback& find_callback(bool (*is_one)(const Callback&), std::string_view label);

  std::unique_ptr<LearnerState> state_;
};

}  // namespace lehr
