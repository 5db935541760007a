#include <algorithm>

#include "changed_data.hpp"
#include "faults.hpp"

/// Faults of learning rate, batch size and length of a training.
namespace lehr::planted {
namespace {

const std::vector<std::string> too_high{"rate-too-high", "updates-too-large", "diverged"};

void scale_rate(Training& training, double factor) { training.config.lr *= factor; }

/// Multiplies the rates from a part of the training on.
void raise_rate(Training& training, double from, double factor) {
  training.on_learner([from, factor, epochs = training.config.epochs](Learner& learner) {
    learner.on(Event::before_batch, [from, factor, epochs](Learner& at) {
      const auto all = static_cast<double>(at.steps(static_cast<int>(epochs)));
      const double done = static_cast<double>(at.progress().epoch) / static_cast<double>(epochs) +
                          static_cast<double>(at.progress().batch) / all;
      if (done >= from) at.rates().lr *= factor;
    });
  });
}

void use_sgd(Training& training) {
  if (training.config.optimizer == "sgd") return;
  training.config.optimizer = "sgd";
  training.config.momentum = 0.9;
  training.config.schedule = "cosine";
  training.config.lr = 0.05;
}

void keep_constant(Training& training, double factor) {
  training.config.schedule = "constant";
  scale_rate(training, factor);
}

void use_whole_set(Training& training) {
  training.config.batch_size = training.data().train->size() / 2;
  training.config.schedule = "cosine";  // a warm-up would leave no steps
}

void use_tiny_validation(Training& training) {
  change(training.data().valid, [](ChangedData& valid) {
    valid.shuffle(3);
    valid.keep_if([](std::int64_t index, std::int64_t) { return index < 24; });
  });
}

}  // namespace

std::vector<Fault> rate_faults() {
  return {
      {.name = "rate-huge",
       .rules = too_high,
       .plant = [](Training& training) { scale_rate(training, 3000); }},
      {.name = "rate-high",
       .rules = too_high,
       .plant = [](Training& training) { scale_rate(training, 30); },
       .prepare = without_norms},
      {.name = "rate-low",
       .rules = {"rate-too-low", "updates-too-small"},
       .plant = [](Training& training) { scale_rate(training, 1e-3); }},
      {.name = "rate-lowish",
       .rules = {"rate-too-low", "updates-too-small"},
       .plant = [](Training& training) { scale_rate(training, 0.01); }},
      {.name = "rate-high-to-the-end",
       .rules = {"rate-not-annealed", "rate-too-high-late", "rate-too-high"},
       .plant = [](Training& training) { keep_constant(training, 5); }},
      {.name = "rate-rises-late",
       .rules = {"rate-too-high-late", "last-not-best", "rate-not-annealed"},
       .plant = [](Training& training) { raise_rate(training, 0.6, 100); }},
      {.name = "rate-spike-at-the-end",
       .rules = {"last-not-best", "rate-too-high-late"},
       .plant = [](Training& training) { raise_rate(training, 0.93, 3000); }},
      {.name = "momentum-high",
       .rules = too_high,
       .plant =
           [](Training& training) {
             training.config.momentum = 0.999;
             training.config.schedule = "constant";
           },
       .prepare = use_sgd},
      {.name = "gradients-clipped-away",
       .rules = {"updates-too-small", "rate-too-low"},
       .plant = [](Training& training) { training.config.clip_norm = 1e-3; },
       .prepare = use_sgd},
      {.name = "batch-of-two-with-norms",
       .rules = {"small-batch-norm", "batch-too-small"},
       .plant =
           [](Training& training) {
             training.config.batch_size = 2;
             training.config.epochs = 2;
           },
       .prepare = with_norms},
      {.name = "batch-of-half-the-set", .rules = {"batch-too-large", "underfitting"}, .plant = use_whole_set},
      {.name = "training-short",
       .rules = {"underfitting"},
       .plant =
           [](Training& training) {
             training.config.epochs = 2;
             training.config.max_batches = 6;
           }},
      {.name = "stopped-early",
       .rules = {"early-stopping-early"},
       .plant =
           [](Training& training) {
             training.config.early_stopping = 1;
             training.config.monitor = "accuracy";
             training.config.epochs *= 4;
             use_tiny_validation(training);
           }},
  };
}

}  // namespace lehr::planted
