#include <filesystem>
#include <mutex>

#include "changed_data.hpp"
#include "faults.hpp"

/// Faults of learning rate, batch size and length of a training.
namespace lehr::planted {
namespace {

const std::vector<std::string> too_high{"rate-too-high", "updates-too-large", "diverged"};

void scale_rate(Training& training, double factor) { training.config.lr *= factor; }

/// Sets the rate from a part of the training on, to `factor` times the highest of the schedule.
void raise_rate(Training& training, double from, double factor) {
  training.on_learner(
      [from, rate = factor * training.config.lr, epochs = training.config.epochs](Learner& learner) {
        learner.on(Event::before_batch, [from, rate, epochs](Learner& at) {
          const auto all = static_cast<double>(at.steps(static_cast<int>(epochs)));
          const double done = static_cast<double>(at.progress().epoch) / static_cast<double>(epochs) +
                              static_cast<double>(at.progress().batch) / all;
          if (done >= from) at.rates().lr = rate;
        });
      });
}

void use_sgd(Training& training) {
  training.config.optimizer = "sgd";
  training.config.momentum = 0.9;
  training.config.schedule = "cosine";
  training.config.lr = 0.05;
}

Base with_sgd() {
  return {.name = "with-sgd", .prepare = use_sgd, .needed = [](const TrainConfig& config) {
            return config.optimizer != "sgd";
          }};
}

void keep_constant(Training& training, double factor) {
  training.config.schedule = "constant";
  scale_rate(training, factor);
}

void use_whole_set(Training& training) {
  training.config.batch_size = training.data().train->size() / 2;
  training.config.schedule = "cosine";  // a warm-up would leave no steps
}

/// A rate that a deep network without norms stands only after a warm-up.
Base with_fast_warm_up() {
  return {.name = "with-fast-warm-up", .prepare = [](Training& training) {
            if (without_norms().applies(training.config)) without_norms().prepare(training);
            TrainConfig& config = training.config;
            config.channels.clear();
            config.depth = 9;
            config.optimizer = "adam";
            config.momentum.reset();
            config.lr = 0.015;
            config.schedule = "linear";
            config.warm_up = 1;
          }};
}

/// Lowers the rate each epoch, since of ten classes the right one is always among the first ten.
void watch_what_cannot_improve(Training& training) {
  TrainConfig& config = training.config;
  config.metrics = {"top_10_accuracy"};
  config.monitor = "valid_top_10_accuracy";
  config.schedule = "constant";
  config.lr /= 4;
  config.reduce_on_plateau = 1;
}

/// The setting's own network, trained on other pictures of the same kind.
std::filesystem::path trained_weights(TrainConfig config) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const std::filesystem::path file =
      in_workspace("trained-" + std::to_string(config.data_seed) + ".safetensors");
  if (std::filesystem::exists(file)) return file;
  config.data_seed += 1000;
  config.save = false;
  config.threads = 1;
  lehr::train(config).learner->save(file);
  return file;
}

/// Goes on from trained weights with a few hundred pictures, at a low rate.
Base with_trained_weights() {
  return {.name = "with-trained-weights", .prepare = [](Training& training) {
            training.config.weights = trained_weights(training.config);
            change(training.data().train, [](ChangedData& train) {
              train.shuffle(7);
              train.keep_if([](std::int64_t index, std::int64_t) { return index < 400; });
            });
            training.config.lr /= 20;
            training.config.batch_size = 40;
          }};
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
       .base = without_norms()},
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
       .plant = [](Training& training) { raise_rate(training, 0.6, 20); }},
      {.name = "rate-spike-at-the-end",
       .rules = {"last-not-best", "rate-too-high-late"},
       .plant = [](Training& training) { raise_rate(training, 0.93, 30); }},
      {.name = "momentum-high",
       .rules = too_high,
       .plant =
           [](Training& training) {
             training.config.momentum = 0.999;
             training.config.schedule = "constant";
           },
       .base = with_sgd()},
      {.name = "gradients-clipped-away",
       .rules = {"updates-too-small", "rate-too-low"},
       .plant = [](Training& training) { training.config.clip_norm = 1e-3; },
       .base = with_sgd()},
      {.name = "batch-of-two-with-norms",
       .rules = {"small-batch-norm", "batch-too-small"},
       .plant =
           [](Training& training) {
             training.config.batch_size = 2;
             training.config.epochs = 2;
           },
       .base = with_norms()},
      {.name = "batch-of-two",
       .rules = {"batch-too-small", "rate-too-high", "updates-too-large"},
       .plant =
           [](Training& training) {
             training.config.batch_size = 2;
             training.config.epochs = 1;
           },
       .base = without_norms()},
      {.name = "steps-once-an-epoch",
       .rules = {"batch-too-large", "underfitting"},
       .plant = [](Training& training) { training.config.accumulate = 40; }},
      {.name = "no-warm-up",
       .rules = {"no-warm-up", "rate-too-high"},
       .plant = [](Training& training) { training.config.warm_up = 0; },
       .base = with_fast_warm_up()},
      {.name = "rate-falls-too-fast",
       .rules = {"rate-too-low", "underfitting", "updates-too-small"},
       .plant =
           [](Training& training) {
             training.config.schedule = "exponential";
             training.config.lr_end = training.config.lr * 1e-30;
           }},
      {.name = "rate-cycles",
       .rules = {"rise-and-collapse", "rate-too-high", "rate-not-annealed", "rate-too-high-late"},
       .plant =
           [](Training& training) {
             training.config.schedule = "triangular";
             scale_rate(training, 6);
           },
       .base = without_norms()},
      {.name = "metric-always-one", .rules = {"metric-stuck"}, .plant = watch_what_cannot_improve},
      {.name = "trained-weights-forgotten",
       .rules = {"pretrained-not-frozen", "rate-too-high"},
       .plant = [](Training& training) { scale_rate(training, 100); },
       .base = with_trained_weights()},
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
             training.config.monitor = "valid_accuracy";
             training.config.epochs *= 4;
             use_tiny_validation(training);
           }},
  };
}

}  // namespace lehr::planted
