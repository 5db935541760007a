#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/data/dataset.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/optim/optimizer.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/train/events.hpp"
#include "lehr/train/initialise.hpp"

namespace lehr {

struct LearnerOptions {
  std::int64_t batch_size = 64;
  OptimizerSpec optimizer = Adam{};
  double label_smoothing = 0;
  std::vector<double> class_weights{};  ///< one a class, or empty for equal weights
  Initialisation initialisation = Initialisation::kaiming_normal;
  std::uint64_t seed = 0;  ///< weights, data order, dropout
  bool drop_last = false;
  int prefetch = -1;             ///< as in LoaderOptions
  std::int64_t max_batches = 0;  ///< training batches an epoch, 0 for all
  bool validate = true;          ///< after each epoch
  const Backend* backend = &cpu_backend();
};

/// Means over a whole set, exact whatever the batch size.
struct SetMetrics {
  double loss = 0;
  double accuracy = 0;  ///< share of samples whose highest score is the target's
  std::int64_t samples = 0;
};

/// What one epoch did.
struct EpochRecord {
  int epoch = 0;     ///< from 0
  SetMetrics train;  ///< during training: weights changed from batch to batch
  SetMetrics valid;
  double lr = 0;  ///< of the epoch's last batch
  double train_seconds = 0;
  double valid_seconds = 0;
};

/// Where a fit stands; callbacks read it.
struct Progress {
  int epoch = 0;
  int epochs = 0;
  std::int64_t batch = 0;    ///< in this part of the epoch
  std::int64_t batches = 0;  ///< of this part of the epoch
  bool training = true;      ///< false during validation
  double lr = 0;
  double momentum = -1;    ///< negative: the optimizer's own
  double loss = 0;         ///< of this batch
  SetMetrics running;      ///< of this part of the epoch so far
  std::int64_t steps = 0;  ///< optimizer steps since the Learner was made
};

struct BatchResult;

/// Trains a model on data. Deterministic: options, data, thread count and machine decide every bit of the
/// result.
class Learner {
 public:
  /// Throws BadInput where model and data do not fit, or an option is out of range.
  Learner(Graph model, DataSplits data, LearnerOptions options = {});
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// Adds a callback for all later fits and returns it.
  template <class SomeCallback>
  SomeCallback& add(SomeCallback callback) {
    auto owned = std::make_unique<SomeCallback>(std::move(callback));
    SomeCallback& added = *owned;
    add_callback(std::move(owned));
    return added;
  }
  void add_callback(std::unique_ptr<Callback> callback);

  /// Trains for `epochs`, rates by progress through all batches of the fit. Throws BadInput where epochs < 1
  /// or a rate is negative or not finite, Diverged where the loss is no longer finite.
  void fit(int epochs, const schedules::RateAndMomentum& schedule);
  void fit(int epochs, double lr);
  void fit_one_cycle(int epochs, double lr_max);

  /// Loss and accuracy on the validation set, or on any data of the model's image shape and classes.
  SetMetrics validate();
  SetMetrics validate(std::shared_ptr<const Dataset> dataset);

  /// Asks a fit under way to end after its batch; may be called from a signal handler or another thread.
  void request_stop() noexcept;
  /// True where the last fit ended because of request_stop.
  bool stopped() const;

  const Progress& progress() const;
  /// Epochs of all fits, oldest first.
  std::span<const EpochRecord> history() const;

  const Graph& model() const;
  Parameters& parameters();
  const Parameters& parameters() const;
  const DataSplits& data() const;
  const Normalisation& normalisation() const;
  const LearnerOptions& options() const;
  const Optimizer& optimizer() const;
  /// The plan of full training batches: what runs for each layer, what it takes and how long. Made at the
  /// first use.
  Plan& training_plan();

  /// Writes weights, graph, class names and normalisation as one safetensors file (whole or not at all).
  void save(const std::string& file) const;

 private:
  struct State;
  void fire(void (Callback::*event)(Learner&));
  void run_epoch(const schedules::RateAndMomentum& schedule);
  SetMetrics train_part(const schedules::RateAndMomentum& schedule);
  void set_rates(const schedules::RateAndMomentum& schedule);
  BatchResult train_batch(const Batch& batch);

  std::unique_ptr<State> state_;
};

}  // namespace lehr
