#include "lehr/train/learner.hpp"

#include "lehr/train/stats_subscription.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "classifier/classifier.hpp"
#include "classifier/model_use.hpp"
#include "data/loading.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/model_io/model_file.hpp"
#include "train/checkpoint.hpp"
#include "train/class_weights.hpp"
#include "train/fit_loop.hpp"
#include "train/group_ranges.hpp"
#include "train/learner_state.hpp"
#include "train/learner_use.hpp"

namespace lehr {
namespace {

void check_options(const LearnerOptions& options, const DataSplits& data) {
  if (options.backend == nullptr) throw BadInput("a backend was expected, found null");
  const auto classes = static_cast<std::size_t>(data.classes());
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1)) {
    throw BadInput("label smoothing must be at least 0 and below 1, found " +
                   number_text(options.label_smoothing));
  }
  const std::shared_ptr<const Loss> loss = loss_of_options(options);
  const std::span<const double> class_weights = loss->class_weights();
  if (!class_weights.empty() && class_weights.size() != classes) {
    throw BadInput("expected one class weight for each of the " + counted(classes, "class") + ", found " +
                   std::to_string(class_weights.size()));
  }
  check_has_weight(*data.train, class_weights, "training set");
  if (options.validate) check_has_weight(*data.valid, class_weights, "validation set");
  if (options.train_eval && !options.validate) {
    throw BadInput("train_eval needs the validation after each epoch, which is off");
  }
  if (options.max_batches < 0) {
    throw BadInput("the limit of batches an epoch must be 0 (all) or more, found " +
                   std::to_string(options.max_batches));
  }
}

void check_same_classes(const Dataset& train, const Dataset& valid) {
  const auto one = train.class_names();
  const auto other = valid.class_names();
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i] == other[i]) continue;
    throw BadInput("class " + std::to_string(i) + " is " + in_quotes(one[i]) + " in the training set and " +
                   in_quotes(other[i]) + " in the validation set");
  }
}

/// Checks the given fields. Missing ones are replaced: the shape by the model's, mean and std by
/// placeholders.
void check_given(const Preprocessing& preprocessing, const Classifier& model) {
  Preprocessing filled = preprocessing;
  if (filled.shape.rank() == 0) filled.shape = model.shape;
  if (filled.normalisation == Normalisation{}) {
    const auto channels = static_cast<std::size_t>(model.shape[0]);
    filled.normalisation = {std::vector<float>(channels), std::vector<float>(channels, 1.0F)};
  }
  check_preprocessing_fits(filled, model);
}

void check_fits(const Graph& graph, const DataSplits& data, const LearnerOptions& options) {
  const std::string of = data.source.empty() ? "" : " of " + in_quotes(data.source);
  const Dataset& train = given(data.train, "the training set" + of);
  const Dataset& valid = given(data.valid, "the validation set" + of);
  const Classifier model = classifier_of(graph);
  check_data_fits(model, train, options.preprocessing, "the training set" + of);
  check_data_fits(model, valid, options.preprocessing, "the validation set" + of);
  check_same_classes(train, valid);
  data::check_loading(train, training_loading(options));
  if (options.validate && valid.size() < 1) throw BadInput("the validation set" + of + " is empty");
  check_given(options.preprocessing, model);
}

/// A function that is called at one event.
class Action final : public Callback {
 public:
  Action(Event event, std::function<void(Learner&)> action, int order)
      : event_(event),
        action_(std::move(action)),
        order_(order),
        name_("on " + std::string(event_name(event))) {}
  std::string_view name() const override { return name_; }
  int order() const override { return order_; }
  void handle(Event event, Learner& learner) override {
    if (event == event_) action_(learner);
  }

 private:
  Event event_;
  std::function<void(Learner&)> action_;
  int order_;
  std::string name_;
};

bool is_rate(double value) { return value > 0 && std::isfinite(value); }

/// Rates of the groups relative to the last group's.
using Scales = std::vector<double>;

// Scales in a geometric progression.
Scales spread(std::size_t groups, const LearningRate& lr) {
  if (groups == 0) return {};  // nothing is trained
  if (!is_rate(*lr.first) || !is_rate(lr.last)) {
    throw BadInput("the learning rates of a slice must be finite and above 0, found " +
                   number_text(*lr.first) + " and " + number_text(lr.last));
  }
  const std::size_t last = groups - 1;
  Scales scales(groups, 1);
  for (std::size_t i = 0; i < last; ++i) {
    const double share = 1 - static_cast<double>(i) / static_cast<double>(last);
    scales[i] = std::pow(*lr.first / lr.last, share);
  }
  return scales;
}

void restore_scales(LearnerState& state, const std::vector<ParameterGroup>& before) {
  for (ParameterGroup& group : state.groups) {
    const auto was = std::ranges::find(before, group.name, &ParameterGroup::name);
    if (was != before.end()) group.lr_scale = was->lr_scale;
  }
  state.apply_groups();
}

/// Runs a fit with these scales of the groups and restores the previous scales.
template <class Fit>
void with_scales(LearnerState& state, const Scales& scales, const Fit& fit) {
  const std::vector<ParameterGroup> before = state.groups;
  for (std::size_t i = 0; i < scales.size(); ++i) state.groups[i].lr_scale = scales[i];
  state.apply_groups();
  try {
    fit();
  } catch (...) {
    restore_scales(state, before);
    throw;
  }
  restore_scales(state, before);
}

// A plan depends on which parameters are frozen, so groups cannot change while it computes a batch.
void check_between_batches(const LearnerState& state) {
  if (!state.in_batch || state.event == Event::before_batch) return;
  throw Error("parameter groups cannot change within a batch; at before_batch and after_batch they can");
}

/// Runs a fit. If `lr` is a slice, the groups have its rates during the fit.
template <class Fit>
void with_slice(LearnerState& state, const LearningRate& lr, const Fit& fit) {
  if (lr.first) {
    with_scales(state, spread(state.groups.size(), lr), fit);
  } else {
    fit();
  }
}

/// Throws BadInput for names that records already use and for invalid names.
void check_metric_name(const Metric& metric) {
  const std::string name = metric.name();
  if (name.empty()) throw BadInput("a metric needs a name, found an empty one");
  if (has_control_characters(name)) {
    throw BadInput("a metric's name cannot hold control characters, found " + in_quotes(name));
  }
  const bool is_accuracy = dynamic_cast<const ConfusionMatrix*>(&metric) != nullptr;
  if (name == "loss" || (name == "accuracy" && !is_accuracy) || name.starts_with("train_eval_")) {
    throw BadInput("a metric cannot have the name " + in_quotes(name) + ", which records use already");
  }
}

/// Throws BadInput for names that records already use and for invalid names.
void check_value_name(const std::string& name, const LearnerState& state) {
  if (name.empty()) throw BadInput("a recorded value needs a name, found an empty one");
  if (has_control_characters(name)) {
    throw BadInput("the name of a recorded value cannot hold control characters, found " + in_quotes(name));
  }
  static constexpr std::string_view taken[]{"loss", "accuracy", "lr", "epoch"};
  const auto is_metric = [&](const auto& metric) { return metric->name() == name; };
  if (std::ranges::find(taken, name) == std::end(taken) && !name.starts_with("train_") &&
      !name.starts_with("valid_") && std::ranges::none_of(state.metrics, is_metric)) {
    return;
  }
  throw BadInput("a recorded value cannot have the name " + in_quotes(name) + ", which records use already");
}

void scale_to_first_batch(LearnerState& state) {
  state.train_loader().start(0);
  const Batch& batch = *state.train_loader().next();
  lsuv(state.parameters, state.model, batch.pixels(), batch.size);
}

}  // namespace

Learner::Learner(Graph model, DataSplits data, LearnerOptions options) {
  const ThreadScope threads(options.threads);
  check_fits(model, data, options);
  check_options(options, data);
  check_parameter_memory(model, *options.backend, 2 + optimizer_states(options.optimizer, *options.backend));
  state_ = std::make_unique<LearnerState>(std::move(model), std::move(data), std::move(options));
  initialise(state_->parameters, state_->model, state_->options.initialisation, state_->options.seed);
  if (state_->options.initialisation == Initialisation::lsuv) scale_to_first_batch(*state_);
}

Learner::Learner(const Learner& other, Cloned, std::uint64_t seed_shift) {
  const ThreadScope threads(other.state_->options.threads);
  state_ = std::make_unique<LearnerState>(*other.state_, seed_shift);
}

Learner::~Learner() = default;

std::unique_ptr<Learner> Learner::clone() const {
  return std::unique_ptr<Learner>(new Learner(*this, Cloned(), 0));
}

std::unique_ptr<Learner> Learner::clone_for_study(std::uint64_t seed_shift) const {
  std::unique_ptr<Learner> made(new Learner(*this, Cloned(), seed_shift));
  made->state_->options.validate = false;
  return made;
}

void Learner::add(std::unique_ptr<Callback> callback, std::string label) {
  state_->callbacks.add(std::move(callback), std::move(label));
}

void Learner::on(Event event, std::function<void(Learner&)> action, int order) {
  const std::string name(event_name(event));
  if (!action) throw BadInput("a function to call at " + name + " was expected, found none");
  add(std::make_unique<Action>(event, std::move(action), order));
}

Callback& Learner::find_callback(bool (*is_one)(const Callback&), std::string_view label) {
  return state_->callbacks.find(is_one, label);
}

void Learner::add_metric(std::unique_ptr<Metric> metric) {
  if (!metric) throw BadInput("a metric was expected, found null");
  if (state_->is_active(Scope::validate)) throw Error("a metric cannot be added during a validation");
  check_metric_name(*metric);
  for (const std::unique_ptr<Metric>& other : state_->metrics) {
    if (other->name() == metric->name()) {
      throw BadInput("the metric " + in_quotes(metric->name()) + " is there already");
    }
  }
  metric->start(state_->data.classes());  // throws now if the metric cannot be computed for these classes
  state_->metrics.push_back(std::move(metric));
}

std::span<const std::unique_ptr<Metric>> Learner::metrics() const { return state_->metrics; }

void Learner::fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options) {
  FitLoop(*this, *state_).fit(epochs, schedule, std::move(options));
}

void Learner::fit(int epochs, LearningRate lr, FitOptions options) {
  with_slice(*state_, lr, [&] { fit(epochs, {schedules::constant(lr.last), {}}, std::move(options)); });
}

void Learner::fit_one_cycle(int epochs, LearningRate lr_max, FitOptions options,
                            schedules::OneCycleOptions shape) {
  shape.lr_max = lr_max.last;
  const schedules::RateAndMomentum schedule = schedules::one_cycle(shape);
  with_slice(*state_, lr_max, [&] { fit(epochs, schedule, std::move(options)); });
}

void Learner::fine_tune(int epochs, const FineTuneOptions& options) {
  constexpr double frozen_ratio = 10;  // fastai: slice(lr) gives all groups but the last a tenth
  constexpr double frozen_pct_start = 0.99;
  if (epochs < 1 || options.freeze_epochs < 0) {
    throw BadInput("fine_tune needs 1 epoch or more and 0 frozen epochs or more, found " +
                   std::to_string(epochs) + " and " + std::to_string(options.freeze_epochs));
  }
  const double ends[] = {options.lr / frozen_ratio, options.lr / 2 / options.lr_ratio};
  if (!(options.lr > 0) || !(options.lr_ratio > 0) || !std::ranges::all_of(ends, is_rate)) {
    throw BadInput("fine_tune needs a learning rate and a ratio above 0, found " + number_text(options.lr) +
                   " and " + number_text(options.lr_ratio));
  }
  schedules::one_cycle({.lr_max = options.lr, .pct_start = options.pct_start, .div = options.div});  // checks
  const LearnerUse use(*state_);
  if (options.freeze_epochs > 0) {
    freeze();
    Scales scales(state_->groups.size(), 1 / frozen_ratio);
    if (!scales.empty()) scales.back() = 1;
    with_scales(*state_, scales, [&] {
      fit_one_cycle(options.freeze_epochs, options.lr, {.stop = options.stop},
                    {.pct_start = frozen_pct_start});
    });
  }
  unfreeze();
  if (stopped()) return;
  const double lr = options.lr / 2;
  fit_one_cycle(epochs, slice(lr / options.lr_ratio, lr), {.stop = options.stop},
                {.pct_start = options.pct_start, .div = options.div});
}

SetMetrics Learner::validate() { return validate(state_->data.valid); }

SetMetrics Learner::validate(std::shared_ptr<const Dataset> dataset) {
  if (dataset) check_has_weight(*dataset, state_->loss->class_weights(), "set to measure");
  return FitLoop(*this, *state_).validate(std::move(dataset));
}

std::span<const ParameterGroup> Learner::groups() const { return state_->groups; }

void Learner::set_groups(std::vector<ParameterGroup> groups) {
  check_between_batches(*state_);
  check_groups(groups, state_->parameters);
  state_->groups = std::move(groups);
  state_->apply_groups();
}

void Learner::freeze_to(int group) {
  check_between_batches(*state_);
  const int count = static_cast<int>(state_->groups.size());
  const int first = group < 0 ? count + group : group;
  if (first < 0 || first >= count) {
    throw BadInput("freeze_to takes a group from " + std::to_string(-count) + " to " +
                   std::to_string(count - 1) + ", since there are " + std::to_string(count) + ", found " +
                   std::to_string(group));
  }
  for (int i = 0; i < count; ++i) state_->groups[static_cast<std::size_t>(i)].frozen = i < first;
  state_->apply_groups();
}

const Progress& Learner::progress() const { return state_->progress; }
FitPosition Learner::position() const { return state_->position; }

std::vector<Callback*> Learner::find_callbacks(bool (*is_one)(const Callback&)) {
  return state_->callbacks.find_all(is_one);
}

std::vector<WatchedMetric> Learner::watched() const { return state_->callbacks.watched(*this); }

void Learner::warn(const std::string& sentence) {
  std::vector<std::string>& said = state_->warnings;
  if (std::ranges::find(said, sentence) != said.end()) return;
  said.push_back(sentence);
  if (state_->options.on_warning) {
    state_->options.on_warning(sentence);
  } else {
    std::fprintf(stderr, "lehr: warning: %s\n", sentence.c_str());
  }
}

std::span<const std::string> Learner::warnings() const { return state_->warnings; }

std::int64_t Learner::steps(int epochs) const {
  if (epochs < 0) {
    throw BadInput("the number of epochs must be 0 or more, found " + std::to_string(epochs));
  }
  return epochs * state_->batches_an_epoch();
}

void Learner::cancel(Scope scope, Ending why) {
  LearnerState& s = *state_;
  if (static_cast<std::size_t>(scope) >= scope_names.size())
    throw BadInput("there is no such part of a training");
  if (!s.is_active(scope)) {
    throw Error("no " + std::string(scope_name(scope)) + " is under way that could be cancelled");
  }
  s.cancelled = s.cancelled ? std::max(*s.cancelled, scope) : scope;
  if (scope != Scope::fit || s.ending.reason != EndReason::none) return;
  if (why.reason == EndReason::none)
    why = {EndReason::cancelled, "the fit was cancelled" + s.callbacks.place()};
  s.ending = std::move(why);
}

void Learner::record_value(const std::string& name, double value) {
  LearnerState& s = *state_;
  check_value_name(name, s);
  if (!s.is_active(Scope::fit)) throw Error("no fit is under way whose epochs could record a value");
  (s.epoch_recorded ? s.history.back().values : s.epoch_values)[name] = value;
}

Batch& Learner::batch() { return state_->current_batch(); }

Step Learner::step() { return Step(*state_); }

StatsSubscription Learner::subscribe(std::vector<StatsRequest> requests) {
  return {state_->stats, state_->stats->add(std::move(requests))};
}

Rates& Learner::rates() { return state_->rates; }

void Learner::request_stop() noexcept { state_->stop_asked = true; }
void Learner::request_stop(Ending why) {
  if (state_->stop_why.reason == EndReason::none) state_->stop_why = std::move(why);
  state_->stop_asked = true;
}
bool Learner::stop_requested() const noexcept { return state_->stop_asked; }
bool Learner::stopped() const { return state_->stopped; }
const Ending& Learner::ending() const { return state_->ending; }
std::span<const EpochRecord> Learner::history() const { return state_->history; }
const Graph& Learner::model() const { return state_->model; }
Parameters& Learner::parameters() { return state_->parameters; }
const Parameters& Learner::parameters() const { return state_->parameters; }
const DataSplits& Learner::data() const { return state_->data; }
const Preprocessing& Learner::preprocessing() const { return state_->preprocessing(); }
const LearnerOptions& Learner::options() const { return state_->options; }
Optimizer& Learner::optimizer() { return state_->optimizer; }
const Optimizer& Learner::optimizer() const { return state_->optimizer; }

Plan& Learner::training_plan() {
  const ThreadScope threads(state_->options.threads);
  state_->stats->update(state_->in_batch);
  return state_->plans.plan(state_->options.batch_size, Mode::train);
}

void Learner::save(const std::filesystem::path& file) const {
  const auto names = state_->data.train->class_names();
  save_model(file, state_->model, state_->parameters, {names.begin(), names.end()}, state_->preprocessing());
}

void Learner::save_checkpoint(const std::filesystem::path& file) const {
  if (state_->in_batch) throw Error("a checkpoint cannot be written within a batch; at after_batch it can");
  write_checkpoint(file, *state_);
}

}  // namespace lehr
