#include "lehr/train/learner.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/train/model_file.hpp"
#include "lehr/train/parameter_tensors.hpp"
#include "train/metrics.hpp"
#include "train/plan_cache.hpp"

namespace lehr {
namespace {

void check_options(const LearnerOptions& options, const DataSplits& data) {
  const auto classes = static_cast<std::size_t>(data.classes());
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    throw BadInput("label smoothing must be at least 0 and below 1, found " +
                   std::to_string(options.label_smoothing));
  }
  if (!options.class_weights.empty() && options.class_weights.size() != classes) {
    throw BadInput("expected one class weight for each of the " + std::to_string(classes) +
                   " classes, found " + std::to_string(options.class_weights.size()));
  }
  if (options.max_batches < 0) {
    throw BadInput("the limit of batches an epoch must be 0 (all) or more, found " +
                   std::to_string(options.max_batches));
  }
}

void check_fits(const Graph& model, const DataSplits& data) {
  const Shape& in = model.node(model.inputs().front()).output.shape;
  const Shape images = data.image_shape();
  if (in != Shape{1, images[0], images[1], images[2]}) {
    throw BadInput("the model takes images of shape " + in.str() + ", the data \"" + data.source + "\" has " +
                   images.str());
  }
  const std::int64_t scores = model.node(model.output()).output.shape[1];
  if (scores != data.classes()) {
    throw BadInput("the model has " + std::to_string(scores) + " classes, the data \"" + data.source +
                   "\" has " + std::to_string(data.classes()));
  }
}

// Runs of consecutive parameters with one setting of weight decay. Norm parameters and biases are exempt
// (fastai).
std::vector<ParameterRange> decay_ranges(const Parameters& parameters, bool any_decay) {
  std::vector<ParameterRange> ranges;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (is_state(entry.role)) continue;
    const bool decay = any_decay && entry.role == ParameterRole::weight;
    if (ranges.empty() || ranges.back().decay != decay) {
      if (!ranges.empty()) ranges.back().count = entry.offset - ranges.back().offset;
      ranges.push_back({entry.offset, 0, decay});
    }
  }
  if (!ranges.empty()) {
    ranges.back().count = static_cast<std::int64_t>(parameters.values().size()) - ranges.back().offset;
  }
  return ranges;
}

LoaderOptions loader_options(const LearnerOptions& options, const Normalisation& normalisation,
                             bool training) {
  return {.batch_size = options.batch_size,
          .shuffle = training,
          .drop_last = training && options.drop_last,
          .seed = options.seed,
          .normalisation = normalisation,
          .prefetch = options.prefetch};
}

}  // namespace

struct Learner::State {
  Graph model;
  DataSplits data;
  LearnerOptions options;
  Normalisation normalisation;
  Parameters parameters;
  PlanCache plans;
  Optimizer optimizer;
  Loader train_loader;
  std::vector<std::unique_ptr<Callback>> callbacks;
  std::vector<EpochRecord> history;
  Progress progress;
  std::int64_t epochs_done = 0;  // over all fits: decides the order of the samples
  std::atomic<bool> stop_asked = false;
  bool stopped = false;

  State(Graph graph, DataSplits splits, LearnerOptions given)
      : model(std::move(graph)),
        data(std::move(splits)),
        options(std::move(given)),
        normalisation(normalisation_of(*data.train)),
        parameters(model, *options.backend),
        plans(model, {options.label_smoothing, options.class_weights}, parameters, options.seed),
        optimizer(options.optimizer, static_cast<std::int64_t>(parameters.values().size()),
                  decay_ranges(parameters, options.optimizer.decays()), *options.backend,
                  parameter_tensors(parameters)),
        train_loader(data.train, loader_options(options, normalisation, true)) {}

  std::int64_t batches_an_epoch() const {
    const std::int64_t all = train_loader.batches();
    return options.max_batches == 0 ? all : std::min(all, options.max_batches);
  }

  std::string place() const {
    return "epoch " + std::to_string(progress.epoch + 1) + ", batch " + std::to_string(progress.batch + 1);
  }
};

Learner::Learner(Graph model, DataSplits data, LearnerOptions options) {
  check_options(options, data);
  check_fits(model, data);
  state_ = std::make_unique<State>(std::move(model), std::move(data), std::move(options));
  initialise(state_->parameters, state_->model, state_->options.initialisation, state_->options.seed);
}

Learner::~Learner() = default;

void Learner::add_callback(std::unique_ptr<Callback> callback) {
  std::vector<std::unique_ptr<Callback>>& all = state_->callbacks;
  const auto after =
      std::ranges::upper_bound(all, callback->order(), {}, [](const auto& one) { return one->order(); });
  all.insert(after, std::move(callback));
}

void Learner::fire(void (Callback::*event)(Learner&)) {
  for (const std::unique_ptr<Callback>& callback : state_->callbacks) (callback.get()->*event)(*this);
}

void Learner::fit(int epochs, double lr) { fit(epochs, {schedules::constant(lr), {}}); }

void Learner::fit_one_cycle(int epochs, double lr_max) {
  fit(epochs, schedules::one_cycle({.lr_max = lr_max}));
}

void Learner::fit(int epochs, const schedules::RateAndMomentum& schedule) {
  if (epochs < 1) throw BadInput("the number of epochs must be 1 or more, found " + std::to_string(epochs));
  State& s = *state_;
  s.stop_asked = false;
  s.stopped = false;
  s.progress.epochs = epochs;
  fire(&Callback::before_fit);
  for (int epoch = 0; epoch < epochs && !s.stopped; ++epoch) {
    s.progress.epoch = epoch;
    run_epoch(schedule);
  }
  fire(&Callback::after_fit);
}

void Learner::run_epoch(const schedules::RateAndMomentum& schedule) {
  State& s = *state_;
  fire(&Callback::before_epoch);
  EpochRecord record;
  record.epoch = s.progress.epoch;
  const Stopwatch train_watch;
  record.train = train_part(schedule);
  record.train_seconds = train_watch.seconds();
  record.lr = s.progress.lr;
  if (s.options.validate && !s.stopped) {
    const Stopwatch valid_watch;
    fire(&Callback::before_validate);
    record.valid = validate();
    record.valid_seconds = valid_watch.seconds();
    s.stopped = s.stop_asked;
    if (s.stopped) record.valid = {};  // part of a set says nothing about the whole
    fire(&Callback::after_validate);
  }
  s.history.push_back(record);
  ++s.epochs_done;
  fire(&Callback::after_epoch);
}

SetMetrics Learner::train_part(const schedules::RateAndMomentum& schedule) {
  State& s = *state_;
  MetricSums sums(s.options.class_weights);
  s.train_loader.start(s.epochs_done);
  s.progress.training = true;
  s.progress.batches = s.batches_an_epoch();
  fire(&Callback::before_train);
  for (std::int64_t index = 0; index < s.progress.batches && !s.stopped; ++index) {
    const Batch* batch = s.train_loader.next();
    s.progress.batch = index;
    set_rates(schedule);
    const BatchResult result = train_batch(*batch);
    sums.add(result.loss, result.scores, {batch->targets, static_cast<std::size_t>(batch->size)});
    s.progress.running = sums.result();
    fire(&Callback::after_batch);
    s.stopped = s.stop_asked;
  }
  fire(&Callback::after_train);
  return sums.result();
}

void Learner::set_rates(const schedules::RateAndMomentum& schedule) {
  Progress& p = state_->progress;
  const double done =
      static_cast<double>(p.epoch) * static_cast<double>(p.batches) + static_cast<double>(p.batch);
  const double share = done / (static_cast<double>(p.epochs) * static_cast<double>(p.batches));
  p.lr = schedule.rate(share);
  p.momentum = schedule.momentum ? schedule.momentum(share) : state_->options.optimizer.momentum;
  if (!(p.lr >= 0) || !std::isfinite(p.lr)) {
    throw BadInput("the learning rate must be finite and not negative, found " + std::to_string(p.lr) +
                   " at " + state_->place());
  }
}

BatchResult Learner::train_batch(const Batch& batch) {
  State& s = *state_;
  fire(&Callback::before_batch);
  const BatchResult result =
      s.plans.forward(batch, Mode::train, static_cast<std::uint64_t>(s.progress.steps));
  s.progress.loss = result.loss;
  fire(&Callback::after_predict);
  fire(&Callback::after_loss);
  if (!std::isfinite(result.loss)) {
    throw Diverged("the loss became " + std::to_string(result.loss) + " at " + s.place() +
                   " with learning rate " + std::to_string(s.progress.lr) + "; try a lower rate");
  }
  fire(&Callback::before_backward);
  s.plans.plan(batch.size, Mode::train).backward();
  fire(&Callback::after_backward);
  fire(&Callback::before_step);
  s.optimizer.step(s.parameters.values().data(), s.parameters.grads().data(), s.progress.lr,
                   s.progress.momentum);
  ++s.progress.steps;
  fire(&Callback::after_step);
  return result;
}

SetMetrics Learner::validate() { return validate(state_->data.valid); }

SetMetrics Learner::validate(std::shared_ptr<const Dataset> dataset) {
  State& s = *state_;
  MetricSums sums(s.options.class_weights);
  Loader loader(std::move(dataset), loader_options(s.options, s.normalisation, false));
  loader.start(0);
  s.progress.training = false;
  s.progress.batches = loader.batches();
  const Batch* batch = nullptr;
  while (!s.stop_asked && (batch = loader.next()) != nullptr) {
    s.progress.batch = batch->index;
    const BatchResult result = s.plans.forward(*batch, Mode::eval, 0);
    sums.add(result.loss, result.scores, {batch->targets, static_cast<std::size_t>(batch->size)});
    s.progress.running = sums.result();
    fire(&Callback::after_batch);
  }
  return sums.result();
}

void Learner::request_stop() noexcept { state_->stop_asked = true; }
bool Learner::stopped() const { return state_->stopped; }
const Progress& Learner::progress() const { return state_->progress; }
std::span<const EpochRecord> Learner::history() const { return state_->history; }
const Graph& Learner::model() const { return state_->model; }
Parameters& Learner::parameters() { return state_->parameters; }
const Parameters& Learner::parameters() const { return state_->parameters; }
const DataSplits& Learner::data() const { return state_->data; }
const Normalisation& Learner::normalisation() const { return state_->normalisation; }
const LearnerOptions& Learner::options() const { return state_->options; }
const Optimizer& Learner::optimizer() const { return state_->optimizer; }

Plan& Learner::training_plan() { return state_->plans.plan(state_->options.batch_size, Mode::train); }

void Learner::save(const std::string& file) const {
  const auto names = state_->data.train->class_names();
  save_model(file, state_->model, state_->parameters, {names.begin(), names.end()}, state_->normalisation);
}

}  // namespace lehr
