#include "checks/subject.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>
#include <vector>

#include "checks/some_samples.hpp"
#include "lehr/core/error.hpp"
#include "lehr/graph/cost.hpp"
#include "run/callbacks.hpp"

namespace lehr::checks {
namespace {

// Enough to tell a network that learns from one that does not. Decoding them takes seconds.
constexpr std::int64_t decoded_training = 2000;
constexpr std::int64_t decoded_validation = 500;
constexpr std::int64_t held_validation = 2000;

DataSplits part_of(const DataSplits& all, std::uint64_t seed) {
  DataSplits part = all;
  part.warnings.clear();
  if (!all.train->in_memory()) part.train = some_samples(all.train, decoded_training, seed);
  const std::int64_t valid = all.valid->in_memory() ? held_validation : decoded_validation;
  part.valid = some_samples(all.valid, valid, seed);
  part.test.reset();
  return part;
}

double flops_of(const Graph& graph) {
  double flops = 0;
  for (const NodeCost& node : cost_of(graph, 1)) flops += static_cast<double>(node.flops);
  return flops;
}

/// The schedule of the training, in a fit of one pass.
schedules::RateAndMomentum schedule_of(TrainConfig config, std::int64_t steps) {
  config.warm_up /= static_cast<double>(config.epochs);
  config.epochs = 1;
  return make_schedule(config, std::max<std::int64_t>(steps, 2));
}

/// The options whose callbacks a short training keeps: those that change a step.
TrainConfig stepping(const TrainConfig& config) {
  TrainConfig kept;
  kept.accumulate = config.accumulate;
  kept.clip_norm = config.clip_norm;
  kept.clip_value = config.clip_value;
  kept.clip_adaptive = config.clip_adaptive;
  return kept;
}

}  // namespace

Subject::Subject(const TrainConfig& config, const SetupOptions& setup, std::stop_token stop)
    : config_(config), stop_(std::move(stop)) {
  all_ = setup.data ? *setup.data : open_training_data(config, setup.open_data);
  SetupOptions made = setup;
  made.data = part_of(all_, config.seed);
  TrainConfig plain = config;
  plain.max_batches = 0;
  if (!setup.data) plain.label_noise = 0;  // the data has it already
  base_ = make_learner(plain, made);
  flops_ = flops_of(base_->model());
  if (config.find_lr) find_rate();
}

void Subject::find_rate() {
  const LrFinding finding = base_->find_lr({.stop = stop_});
  if (finding.cancelled) return;
  if (!finding.valley) throw BadInput("--lr auto: " + finding.note + "; give a rate");
  config_.lr = *finding.valley;
  config_.find_lr = false;
}

std::int64_t Subject::affordable_steps(std::int64_t batch_size) const {
  constexpr double most_pictures = 6'400;
  constexpr double most_flops = 5e10;  // of forward passes; some seconds of training on two cores
  constexpr double least = 25;
  constexpr double most = 100;
  const double pictures = std::min(most_pictures, most_flops / std::max(1.0, flops_));
  return std::llround(std::clamp(pictures / static_cast<double>(batch_size), least, most));
}

LearnerOptions Subject::options() const {
  LearnerOptions options = base_->options();
  options.preprocessing = base_->preprocessing();
  options.validate = false;
  options.train_eval = false;
  options.on_warning = [](const std::string&) {};
  return options;
}

std::unique_ptr<Learner> Subject::copy(DataSplits data, LearnerOptions options) const {
  auto made = std::make_unique<Learner>(base_->model(), std::move(data), std::move(options));
  made->parameters().restore(base_->parameters());
  return made;
}

ShortTraining Subject::train(DataSplits data, LearnerOptions options, std::int64_t steps,
                             const std::function<bool(double loss)>& enough) const {
  constexpr std::size_t last = 5;
  ShortTraining done{.learner = copy(std::move(data), std::move(options))};
  run::add_callbacks(*done.learner, stepping(config_), {}, [](const std::string&) {});
  std::deque<double> losses;
  done.learner->on(Event::after_batch, [&](Learner& learner) {
    if (!learner.progress().training) return;
    const double loss = learner.progress().loss;
    if (done.steps++ == 0) done.first_loss = loss;
    losses.push_back(loss);
    if (losses.size() > last) losses.pop_front();
    if (done.steps == steps || (enough && enough(loss))) learner.cancel(Scope::fit);
  });
  const std::int64_t each = done.learner->steps(1);
  try {
    done.learner->fit(static_cast<int>((steps + each - 1) / each), schedule_of(config_, steps),
                      {.stop = stop_});
  } catch (const Diverged& diverged) {
    done.failure = diverged.what();
  }
  done.last_loss = losses.empty() ? 0
                                  : std::accumulate(losses.begin(), losses.end(), 0.0) /
                                        static_cast<double>(losses.size());
  return done;
}

}  // namespace lehr::checks
