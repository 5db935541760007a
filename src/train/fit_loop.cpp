#include "train/fit_loop.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "classifier/classifier.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"
#include "train/checkpoint.hpp"
#include "train/class_weights.hpp"
#include "train/learner_use.hpp"
#include "train/nested_error.hpp"

namespace lehr {
namespace {

struct ScopeEvents {
  Event before;
  Event after_cancel;
  Event after;
};

constexpr std::array<ScopeEvents, scope_names.size()> scope_events{{
    {Event::before_batch, Event::after_cancel_batch, Event::after_batch},
    {Event::before_train, Event::after_cancel_train, Event::after_train},
    {Event::before_validate, Event::after_cancel_validate, Event::after_validate},
    {Event::before_epoch, Event::after_cancel_epoch, Event::after_epoch},
    {Event::before_fit, Event::after_cancel_fit, Event::after_fit},
}};

std::span<const std::int64_t> targets_of(const Batch& batch) {
  return {batch.targets, static_cast<std::size_t>(batch.size)};
}

LoaderOptions validation_loading(const LearnerState& state) {
  return {.batch_size = state.options.batch_size,
          .preprocessing = state.preprocessing(),
          .workers = state.options.workers,
          .prefetch = state.options.prefetch};
}

/// The ending of a fit that the current exception ended.
Ending ending_of_exception() {
  try {
    throw;
  } catch (const Diverged& error) {
    return {EndReason::diverged, error.what()};
  } catch (const std::exception& error) {
    return {EndReason::failed, error.what()};
  } catch (...) {
    return {EndReason::failed, "something that is no std::exception was thrown"};
  }
}

/// Calls a metric. Adds the metric's name to the message of any exception.
template <class Call>
void call_metric(Metric& metric, const Call& call) {
  try {
    call(metric);
  } catch (...) {
    rethrow_from(" (metric " + printable(metric.name()) + ")");
  }
}

}  // namespace

bool FitLoop::fire(Event event) {
  s_.event = event;
  const bool has_batch = s_.in_batch || event == Event::after_batch;
  s_.callbacks.fire(event, learner_, [this, has_batch] {
    if (has_batch) s_.check_batch();
  });
  if (event == Event::before_batch) s_.batch_room = s_.batch.size;
  s_.event.reset();
  return is_continuing();
}

void FitLoop::set_batch(const Batch& batch) {
  s_.batch = batch;
  s_.batch_room = batch.size;
  s_.stats->begin_batch();
}

template <class Body, class Finish>
void FitLoop::run_scope(Scope scope, const Body& body, const Finish& finish) {
  const ScopeEvents& events = scope_events[static_cast<std::size_t>(scope)];
  bool& active = s_.active[static_cast<std::size_t>(scope)];
  active = true;
  if (fire(events.before)) body();
  if (s_.cancelled == scope) {
    s_.cancelled.reset();
    fire(events.after_cancel);
    if (s_.cancelled == scope) s_.cancelled.reset();  // in case after_cancel cancelled the part again
  }
  active = false;
  finish();
  fire(events.after);
}

void FitLoop::end_if_stop_requested() {
  if (s_.stop_token.stop_requested()) s_.stop_asked = true;
  if (!s_.stop_asked || !is_continuing()) return;
  fire(Event::before_stop);
  s_.stopped = true;
  if (s_.ending.reason == EndReason::none) {
    const bool said = s_.stop_why.reason != EndReason::none;
    s_.ending = said ? s_.stop_why : Ending{EndReason::interrupted, "a stop was requested"};
  }
  s_.cancelled = s_.is_active(Scope::fit) ? Scope::fit : Scope::validate;
}

void FitLoop::fit(int epochs, const schedules::RateAndMomentum& schedule, FitOptions options) {
  const ThreadScope threads(s_.options.threads);
  if (epochs < 1) throw BadInput("the number of epochs must be 1 or more, found " + std::to_string(epochs));
  if (!schedule.rate) throw BadInput("the schedule has no learning rate: its function is empty");
  check_batch_norm(s_.model, s_.batch_cut());
  const LearnerUse use(s_);
  if (s_.event) {
    throw Error("a fit cannot begin within a callback: a fit or a validation is under way already");
  }
  s_.callbacks.begin_fit(std::move(options.callbacks));
  s_.stop_token = std::move(options.stop);
  s_.stopped = false;
  s_.ending = {};
  s_.warnings.clear();
  s_.position = {};
  s_.epoch_values.clear();
  s_.epoch_recorded = false;
  s_.progress.epoch = 0;
  s_.progress.epochs = epochs;
  s_.progress.batch = 0;
  s_.progress.batches = s_.batches_an_epoch();
  s_.progress.resumed = !options.resume.empty();
  ++s_.fits;
  bool failed = true;
  try {
    s_.schedule_text = describe_schedule(schedule);
    if (s_.progress.resumed) {
      resume_ = std::make_shared<const CheckpointContents>(read_checkpoint(options.resume));
      check_same(resume_->identity, training_identity(s_));
      restore(s_, *resume_);
    }
    s_.train_loader();  // measures mean and std before anything is shown or written
    run(epochs, schedule);
    failed = false;
    s_.callbacks.clean_up(learner_, false);
  } catch (...) {
    s_.ending = ending_of_exception();
    if (failed) s_.callbacks.clean_up(learner_, true);
    end_fit();
    throw;
  }
  end_fit();
}

void FitLoop::end_fit() noexcept {
  s_.active = {};
  s_.cancelled.reset();
  s_.event.reset();
  s_.in_batch = false;
  s_.callbacks.end_fit();
}

void FitLoop::run(int epochs, const schedules::RateAndMomentum& schedule) {
  const auto body = [&] {
    if (s_.position.batch == 0) restore_callbacks();
    for (int number = s_.position.epoch; number < epochs; ++number) {
      // If an epoch is resumed, this is called after its callbacks are restored.
      if (!resume_) end_if_stop_requested();
      if (!is_continuing()) return;
      s_.progress.epoch = number;
      epoch(schedule);
    }
  };
  const auto finish = [&] {
    if (s_.ending.reason == EndReason::none) s_.ending = {EndReason::completed, "all epochs are done"};
  };
  run_scope(Scope::fit, body, finish);
}

void FitLoop::restore_callbacks() {
  if (!resume_) return;
  restore(s_, *resume_);
  s_.callbacks.load_states(resume_->callbacks);
  if (resume_->cancelled) s_.cancelled = resume_->cancelled;
  if (resume_->cancelled == Scope::fit) s_.ending = resume_->ending;
  resume_.reset();
}

void FitLoop::epoch(const schedules::RateAndMomentum& schedule) {
  s_.progress.batch = s_.position.batch;
  s_.epoch_recorded = false;
  EpochRecord record;
  record.epoch = s_.progress.epoch;
  const auto body = [&] {
    record.train = train_part(schedule);
    record.train_seconds = s_.train_seconds;
    record.lr = s_.progress.lr;
    if (!s_.options.validate || !is_continuing()) return;
    const Stopwatch valid_watch;
    record.valid = validate_part(s_.data.valid, s_.options.train_eval ? &record.train_eval : nullptr);
    record.valid_seconds = valid_watch.seconds();
  };
  bool whole = false;
  const auto run_body = [&] {
    body();
    whole = is_continuing();
  };
  const auto finish = [&] {
    record.complete = whole;
    record.values = std::exchange(s_.epoch_values, {});
    s_.history.push_back(record);
    s_.epoch_recorded = true;
    ++s_.epochs_done;
    s_.train_seconds = 0;
    s_.position = {s_.progress.epoch + 1, 0};
  };
  run_scope(Scope::epoch, run_body, finish);
}

SetMetrics FitLoop::train_part(const schedules::RateAndMomentum& schedule) {
  s_.progress.training = true;
  s_.progress.batches = s_.batches_an_epoch();
  if (!resume_) s_.train_sums = {};
  double seconds_before = 0;
  const auto body = [&] {
    restore_callbacks();
    seconds_before = s_.train_seconds;
    const Stopwatch watch;
    s_.train_loader().start(s_.epochs_done, s_.position.batch);
    end_if_stop_requested();
    for (std::int64_t index = s_.position.batch; index < s_.progress.batches && is_continuing(); ++index) {
      set_batch(*s_.train_loader().next());
      s_.progress.batch = index;
      set_rates(schedule);
      s_.in_batch = true;
      run_scope(
          Scope::batch, [&] { train_batch(); },
          [&] {
            s_.in_batch = false;
            s_.position.batch = index + 1;
            s_.train_seconds = seconds_before + watch.seconds();
          });
      end_if_stop_requested();
    }
  };
  // If the part was not cancelled, the position is its end. A checkpoint during validation then
  // does not repeat it.
  const auto finish = [&] {
    if (is_continuing()) s_.position.batch = s_.progress.batches;
    record_waiting(s_.train_seconds - seconds_before);
  };
  run_scope(Scope::train, body, finish);
  return s_.train_sums.result();
}

void FitLoop::record_waiting(double seconds) {
  if (s_.data.train->in_memory() || !(seconds > 0)) return;
  s_.epoch_values[waiting_value] = std::min(1.0, s_.train_loader().waiting_seconds() / seconds);
}

void FitLoop::set_rates(const schedules::RateAndMomentum& schedule) {
  const Progress& p = s_.progress;
  const double share = p.share();
  s_.rates = s_.optimizer.rates(schedule.rate(share));
  if (schedule.momentum) s_.rates.momentum = schedule.momentum(share);
  take_rates();
}

void FitLoop::take_rates() {
  Progress& p = s_.progress;
  p.lr = s_.rates.lr;
  p.momentum = s_.rates.momentum;
  if (!(p.lr >= 0) || !std::isfinite(p.lr)) {
    throw BadInput("the learning rate must be finite and not negative, found " + number_text(p.lr) + " at " +
                   s_.place());
  }
}

void FitLoop::check_loss() const {
  if (std::isfinite(s_.progress.loss)) return;
  throw Diverged("the loss became " + number_text(s_.progress.loss) + " at " + s_.place() +
                 " with learning rate " + number_text(s_.progress.lr) + "; try a lower rate");
}

bool FitLoop::predict(Mode mode) {
  s_.loss_factor = 1;
  const auto step = static_cast<std::uint64_t>(s_.progress.train_batches);
  if (mode == Mode::train) ++s_.progress.train_batches;
  s_.stats->before_predict();
  s_.scores = s_.plans.predict(s_.batch, mode, step);
  return fire(Event::after_predict);
}

bool FitLoop::compute_loss() {
  s_.progress.loss = s_.plans.loss() * s_.loss_factor;
  s_.progress.weight = loss_weight(s_.batch, s_.loss->class_weights());
  return fire(Event::after_loss);
}

void FitLoop::train_batch() {
  take_rates();
  if (!predict(Mode::train) || !compute_loss()) return;
  check_loss();
  s_.train_sums.add(s_.progress.loss, s_.progress.weight, s_.scores, targets_of(s_.batch));
  s_.progress.running = s_.train_sums.result();
  if (!fire(Event::before_backward)) return;
  s_.plans.backward(s_.loss_factor);
  if (!fire(Event::after_backward)) return;
  const bool steps = fire(Event::before_step);
  s_.stats->before_step();
  if (!steps) return;
  take_rates();
  s_.apply_decay_if_needed();
  s_.optimizer.step(s_.parameters.values(), s_.parameters.grads(), s_.rates);
  ++s_.progress.steps;
  s_.stats->after_step();
  fire(Event::after_step);
}

SetMetrics FitLoop::validate(std::shared_ptr<const Dataset> dataset) {
  check_data_fits(classifier_of(s_.model), given(dataset), s_.options.preprocessing);
  const ThreadScope threads(s_.options.threads);
  if (s_.is_validating()) {
    throw Error(
        "a validation cannot begin within a validation; at an event of the training, such as after_batch if "
        "progress().training is true, it can");
  }
  if (s_.in_batch) {
    throw Error("a validation cannot begin within a batch; at after_batch of a training batch it can");
  }
  const LearnerUse use(s_);
  const bool within_fit = s_.is_active(Scope::fit);
  const bool stopped = s_.stopped;
  const Ending ending = s_.ending;
  const auto restore_state = [this, progress = s_.progress, batch = s_.batch, room = s_.batch_room,
                              event = s_.event, active = s_.active] {
    s_.progress = progress;
    s_.batch = batch;
    s_.batch_room = room;
    s_.event = event;
    s_.active = active;
    s_.in_batch = false;
  };
  SetMetrics metrics;
  try {
    metrics = validate_part(std::move(dataset));
  } catch (...) {
    if (within_fit) {
      restore_state();
    } else {
      end_fit();
      s_.stopped = stopped;
      s_.ending = ending;
    }
    throw;
  }
  restore_state();
  if (!within_fit) {  // the ending of the last fit does not change
    s_.stopped = stopped;
    s_.ending = ending;
  }
  return metrics;
}

SetMetrics FitLoop::validate_part(std::shared_ptr<const Dataset> dataset, SetMetrics* train_eval) {
  MetricSums sums;
  Loader loader(std::move(dataset), validation_loading(s_));
  const std::int64_t batch_before = s_.progress.batch;
  s_.progress.training = false;
  s_.progress.batch = 0;
  s_.progress.batches = loader.batches();
  bool whole = false;
  const auto body = [&] {
    if (train_eval != nullptr) *train_eval = measure_training_set();
    start_metrics();
    loader.start(0);
    while (const Batch* next = is_continuing() ? loader.next() : nullptr) {
      set_batch(*next);
      s_.progress.batch = next->index;
      s_.in_batch = true;
      run_scope(
          Scope::batch, [&] { validate_batch(sums); }, [&] { s_.in_batch = false; });
      end_if_stop_requested();
    }
    whole = is_continuing();
  };
  SetMetrics metrics;
  const auto finish = [&] {
    s_.progress.training = true;
    s_.progress.batch = batch_before;
    s_.progress.batches = s_.batches_an_epoch();
    if (!whole) return;  // no metrics for part of a set
    metrics = result_of(sums);
  };
  run_scope(Scope::validate, body, finish);
  return metrics;
}

SetMetrics FitLoop::measure_training_set() {
  MetricSums sums;
  start_metrics();
  Loader loader(s_.data.train, validation_loading(s_));
  loader.start(0);
  s_.plans.measure({}, false);  // no batch of the training is measured
  while (const Batch* batch = is_continuing() ? loader.next() : nullptr) {
    const std::span<const float> scores = s_.plans.predict(*batch, Mode::eval, 0);
    const double loss = s_.plans.loss();  // throws for targets out of range
    sums.add(loss, loss_weight(*batch, s_.loss->class_weights()), scores, targets_of(*batch));
    gather_metrics(scores, *batch);
    end_if_stop_requested();
  }
  return is_continuing() ? result_of(sums) : SetMetrics();
}

void FitLoop::start_metrics() const {
  for (const std::unique_ptr<Metric>& metric : s_.metrics) {
    call_metric(*metric, [this](Metric& one) { one.start(s_.data.classes()); });
  }
}

SetMetrics FitLoop::result_of(const MetricSums& sums) const {
  SetMetrics metrics = sums.result();
  for (const std::unique_ptr<Metric>& metric : s_.metrics) {
    call_metric(*metric, [&metrics](Metric& one) { metrics.others.push_back({one.name(), one.value()}); });
  }
  return metrics;
}

void FitLoop::validate_batch(MetricSums& sums) {
  if (!predict(Mode::eval) || !compute_loss()) return;
  sums.add(s_.progress.loss, s_.progress.weight, s_.scores, targets_of(s_.batch));
  s_.progress.running = sums.result();
  gather_metrics(s_.scores, s_.batch);
}

void FitLoop::gather_metrics(std::span<const float> scores, const Batch& batch) const {
  if (s_.metrics.empty()) return;
  const ScoredBatch scored{scores, targets_of(batch), s_.data.classes()};
  for (const std::unique_ptr<Metric>& metric : s_.metrics) {
    call_metric(*metric, [&scored](Metric& one) { one.add(scored); });
  }
}

}  // namespace lehr
