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

#include "lehr/data/batch.hpp"
#include "lehr/data/dataset.hpp"
#include "lehr/data/preprocessing.hpp"
#include "lehr/data/specs.hpp"
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

class GradientProbe;
class Loss;  // lehr/graph/loss.hpp

struct LearnerOptions {
  std::int64_t batch_size = 64;
  OptimizerSpec optimizer = Adam{};
  /// The loss to minimise: the program's own, or a registered one such as `make_loss("focal")`.
  /// Null: cross entropy with the two settings below, which no other loss uses.
  std::shared_ptr<const Loss> loss{};
  double label_smoothing = 0;
  /// One weight per class, or empty for equal weights. The loss is a weighted mean, so only the
  /// ratios of the weights matter. A batch with total weight 0 has loss 0 and is ignored.
  std::vector<double> class_weights{};
  Initialisation initialisation = Initialisation::kaiming_normal;
  std::uint64_t seed = 0;  ///< weights, data order, dropout
  bool drop_last = false;
  int workers = -1;              ///< threads that load data, as in LoaderOptions
  int prefetch = -1;             ///< as in LoaderOptions
  std::int64_t max_batches = 0;  ///< training batches per epoch; 0 means all
  bool validate = true;          ///< after each epoch
  /// Also measures the training set after each epoch, in evaluation mode and with the same weights as the
  /// validation. Needs `validate`. Costs one forward pass over the set.
  bool train_eval = false;
  int threads = 0;  ///< compute threads; 0: lehr::threads() at the start of a fit or a validation
  const Backend* backend = &cpu_backend();
  /// Called with each warning of a fit, one sentence at a time. If it is empty, warnings go to stderr.
  std::function<void(const std::string&)> on_warning{};
  /// Which samples an epoch has, and in which order.
  SamplerSpec sampler{.name = "random"};
  /// Transforms of the training pictures, in this order, applied before the preprocessing.
  std::vector<TransformSpec> transforms{};
  /// The preprocessing of pictures in training and validation; saved with the model. If it has no
  /// shape, the model's input shape is used. If it has no mean and std, those of the training set
  /// are measured when they are first needed, and then kept (normalisation_of).
  Preprocessing preprocessing{};
  /// Called with the progress of that measurement, on the thread that measures.
  MeasureProgress measuring{};
};

/// Options of one fit.
struct FitOptions {
  CallbackList callbacks{};  ///< added to the Learner's; callback<T>() finds them until the next fit
  /// A checkpoint of the same fit to continue from; empty: start from the beginning.
  std::filesystem::path resume{};
  /// Ends this fit after the current batch, as Learner::request_stop does. It may be set at any time, also
  /// before the fit, and from any thread.
  std::stop_token stop{};
};

/// Source: fastai's fine_tune.
struct FineTuneOptions {
  double lr = 2e-3;
  int freeze_epochs = 1;
  double lr_ratio = 100;  ///< the head's rate divided by the first group's
  double pct_start = 0.3;
  double div = 5;
  std::stop_token stop{};  ///< as in FitOptions, for both phases
};

struct LearnerState;
struct StatsRequest;
class StatsSubscription;
struct TrainingMemory;

/// Trains a model on data. Deterministic: options, data, thread count and machine determine every bit of the
/// result.
///
/// A Learner owns its callbacks and metrics and shares ownership of the data sets. References that it returns
/// are valid as long as the Learner. Spans are valid until the next call that changes their contents. The
/// backend must outlive the Learner.
///
/// Only one thread at a time may use a Learner: fit, fine_tune, validate and find_lr throw Error if another
/// thread is in one of them. Only request_stop and stop_requested may be called from any thread. Different
/// Learners, clones included, may train in different threads.
class Learner {
 public:
  /// Throws BadInput if the graph is empty or not a classifier, if a data set is null, empty or does not fit
  /// the model, if the two sets have different classes, or if an option is out of range. Reads no image,
  /// unless the initialisation is lsuv.
  Learner(Graph model, DataSplits data, LearnerOptions options = {});
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// Returns another Learner with a copy of the weights, the optimizer state and the position, but without
  /// callbacks and metrics. Training the clone does not change this Learner.
  std::unique_ptr<Learner> clone() const;

  // Callbacks. Functions that add one throw Error during a fit.

  /// Adds a callback for all later fits and returns it. The label distinguishes several callbacks of one
  /// type. Throws BadInput if the label is taken or the callback is null.
  template <std::derived_from<Callback> SomeCallback>
  SomeCallback& add(SomeCallback callback, std::string label = {}) {
    auto owned = std::make_unique<SomeCallback>(std::move(callback));
    SomeCallback& added = *owned;
    add(std::unique_ptr<Callback>(std::move(owned)), std::move(label));
    return added;
  }
  void add(std::unique_ptr<Callback> callback, std::string label = {});
  /// Calls `action` at an event of all later fits: `learner.on(Event::after_epoch, [](Learner& l) { ... })`.
  /// Throws BadInput if `action` is empty.
  void on(Event event, std::function<void(Learner&)> action, int order = 0);
  /// The callback of that type that was added to the Learner or to the current or last fit. A callback of a
  /// fit lives until the next fit begins. Throws BadInput if there is none, or if there are several and the
  /// label does not say which.
  template <class SomeCallback>
  SomeCallback& callback(std::string_view label = {}) {
    const auto is_one = [](const Callback& one) {
      return dynamic_cast<const SomeCallback*>(&one) != nullptr;
    };
    return dynamic_cast<SomeCallback&>(find_callback(is_one, label));
  }
  /// All callbacks of that type that were added to the Learner or to the current or last fit, in the
  /// order in which they run.
  template <class SomeCallback>
  std::vector<SomeCallback*> all_callbacks() {
    std::vector<SomeCallback*> all;
    for (Callback* one : find_callbacks([](const Callback& candidate) {
           return dynamic_cast<const SomeCallback*>(&candidate) != nullptr;
         })) {
      all.push_back(dynamic_cast<SomeCallback*>(one));
    }
    return all;
  }

  /// Adds a metric that is measured on the validation set after each epoch, and on the training set with
  /// LearnerOptions::train_eval. Throws BadInput if the metric is null, if its name contains control
  /// characters, or if the name is taken: by another metric, or as "loss", "accuracy" or "train_eval_...".
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

  /// Trains for `epochs`. The schedule gives the rates by progress through all batches of the fit.
  /// Throws BadInput if epochs < 1, if the schedule or a callback is empty, if a rate is negative
  /// or not finite, or if the checkpoint to resume from belongs to another training (the message
  /// says what differs). Throws Diverged if the loss is no longer finite. Throws Error if this or
  /// another thread is already in a fit. An exception from a callback or a metric is nested in an
  /// error that names the callback and the event, or the metric. An exception from a data set or a
  /// transform is nested in an error of the same kind that names the sample. An exception from a
  /// schedule is not changed. The Learner is usable afterwards, and ending() says why the fit
  /// ended.
  void fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options = {});
  void fit(int epochs, LearningRate lr, FitOptions options = {});
  /// The highest rate is lr_max; shape.lr_max is ignored.
  void fit_one_cycle(int epochs, LearningRate lr_max, FitOptions options = {},
                     schedules::OneCycleOptions shape = {});
  /// Trains the head alone for freeze_epochs, then everything for `epochs` with rates that rise from group to
  /// group.
  void fine_tune(int epochs, const FineTuneOptions& options = {});

  /// Trains a copy of this Learner at rising learning rates and suggests rates. The copy starts from the
  /// Learner's weights, optimizer state and position in the data. The Learner does not change, also if the
  /// search is cancelled. Throws BadInput if an option is out of range.
  LrFinding find_lr(const LrFinderOptions& options = {}) const;

  /// Loss, accuracy and metrics on the validation set, or on any data with the model's image shape and
  /// classes. Fires the events of a validation part. If it is stopped or cancelled, the result has no
  /// samples. Throws BadInput if the data is null, empty or does not fit the model, and Error within a batch
  /// and at the events of a validation. A callback of a fit may call it at all other events, such as
  /// after_batch of a training batch.
  SetMetrics validate();
  SetMetrics validate(std::shared_ptr<const Dataset> dataset);

  // Parameter groups, from first to last. Each trained parameter is in exactly one.

  std::span<const ParameterGroup> groups() const;
  /// Throws BadInput unless every trained parameter is in exactly one group and all settings are in range.
  void set_groups(std::vector<ParameterGroup> groups);
  /// Freezes the groups before the given index (negative: from the end, as in Python) and unfreezes the
  /// others.
  void freeze_to(int group);
  void freeze() { freeze_to(-1); }
  void unfreeze() { freeze_to(0); }

  // For callbacks: access to the running fit.

  const Progress& progress() const;
  /// The position that a checkpoint written now would resume from.
  FitPosition position() const;
  /// The metrics that the Learner's callbacks and those of the current or last fit monitor, in the callbacks'
  /// order.
  std::vector<WatchedMetric> watched() const;
  /// Sends a message that does not end the fit to LearnerOptions::on_warning. The same sentence is sent once
  /// per fit.
  void warn(const std::string& sentence);
  /// The warnings of the current or last fit.
  std::span<const std::string> warnings() const;
  /// Leaves that part of the training when all callbacks of the current event have run. If the part is the
  /// fit, `why` becomes ending(); by default it is EndReason::cancelled with the callback's name. Throws
  /// Error if no such part is running.
  void cancel(Scope scope, Ending why = {});
  /// The current batch: targets, ids and images. Images may be changed until the model has run. A callback
  /// may reduce the batch size at before_batch. Any other change of the size ends the fit with BadInput.
  Batch& batch();
  /// The rest of the current batch: scores, loss, plan.
  Step step();
  /// Adds a reader that measures tensors of the network, from the next batch on until the
  /// subscription ends (lehr/train/stats_subscription.hpp). Throws BadInput if a node is an input
  /// or not in the model, or if a weight is requested of a node without one.
  [[nodiscard]] StatsSubscription subscribe(std::vector<StatsRequest> requests);

  /// Adds a named value to the record of the epoch (EpochRecord::values): `l.record_value("norm", 3.5)`. It
  /// belongs to the current epoch until the callbacks of after_epoch have run, and at before_fit to the first
  /// epoch. A second value of that name replaces the first one. To be in the records of loggers and of
  /// RunRecorder, it must be recorded before they run (at after_epoch: by a callback with an order below 60).
  /// Throws Error if no fit is running, and BadInput if the name is empty, contains control characters or is
  /// one that records use: that of a metric, "loss", "accuracy", "lr", "epoch", "train_..." or "valid_...".
  void record_value(const std::string& name, double value);

  /// The rates of the next step. The schedule sets them before before_batch.
  Rates& rates();

  /// The number of training batches in a fit of that many epochs, for schedules that count steps. Throws
  /// BadInput if epochs < 0.
  std::int64_t steps(int epochs) const;

  // The end of a fit.

  /// Asks the running call (fit, fine_tune, find_lr or validate) to end after the current batch. If none is
  /// running, the next one ends before its first batch. May be called at any time: from any thread, from a
  /// callback and from a signal handler. The request is cleared when that call returns or throws.
  /// FitOptions::stop and LrFinderOptions::stop do the same for one call only.
  void request_stop() noexcept;
  /// As above, with a reason that becomes ending(). For callbacks of the running fit, on its thread.
  void request_stop(Ending why);
  /// Whether a stop request is pending. May be called from any thread.
  bool stop_requested() const noexcept;
  /// True if the last fit ended because of request_stop or a stop token.
  bool stopped() const;
  /// Why the last fit ended. Callbacks can read it from after_fit on; before that, its reason is
  /// EndReason::none.
  const Ending& ending() const;

  /// The epochs of all fits, oldest first.
  std::span<const EpochRecord> history() const;

  const Graph& model() const;
  Parameters& parameters();
  const Parameters& parameters() const;
  const DataSplits& data() const;
  /// Measures mean and std if they were not given and nothing has needed them yet.
  const Preprocessing& preprocessing() const;
  const LearnerOptions& options() const;
  Optimizer& optimizer();
  const Optimizer& optimizer() const;
  /// The plan of full training batches: the kernels, memory and time of each layer. Made at the first call.
  Plan& training_plan();

  /// Writes weights, graph, class names and preprocessing as one safetensors file (whole or not at all).
  void save(const std::filesystem::path& file) const;
  /// Writes everything that the running fit needs to resume from here. The file is also a saved model. Not
  /// allowed during a batch: call it at after_batch, after_epoch and the like.
  void save_checkpoint(const std::filesystem::path& file) const;

 private:
  struct Cloned {};
  Learner(const Learner& other, Cloned, std::uint64_t seed_shift);
  /// A clone that does not validate. Data order and dropout get another seed unless the shift is 0.
  std::unique_ptr<Learner> clone_for_study(std::uint64_t seed_shift) const;
  friend class GradientProbe;
  friend TrainingMemory training_memory(Learner& learner);
  friend std::int64_t memory_held(const Learner& learner);
  Callback& find_callback(bool (*is_one)(const Callback&), std::string_view label);
  std::vector<Callback*> find_callbacks(bool (*is_one)(const Callback&));

  std::unique_ptr<LearnerState> state_;
};

}  // namespace lehr
