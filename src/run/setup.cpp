#include "lehr/run/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/data/label_noise.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/metrics/metrics.hpp"
#include "lehr/models/models.hpp"
#include "metrics/class_counts.hpp"
#include "run/activation_names.hpp"
#include "run/augmentation.hpp"
#include "run/cache_size.hpp"
#include "run/input_shape.hpp"
#include "run/skipping.hpp"
#include "run/start_weights.hpp"
#include "run/width_rules.hpp"

namespace lehr {
namespace {

/// Throws BadInput if the only step of a training has a rate of 0, as in a warm-up.
void check_trains(const TrainConfig& config, const schedules::RateAndMomentum& schedule, std::int64_t steps) {
  if (config.lr == 0 || steps > 1) return;
  if (schedule.rate(0) > 0) return;
  throw BadInput(
      fmt::format("the training has one step, and there the learning rate is 0 with {}; train longer or "
                  "without a warm-up",
                  config.warm_up > 0 ? "--warm-up" : "--schedule " + config.schedule));
}

/// `warm_up` is a share of the training. The cooldown is one too; the schedule covers what follows the
/// warm-up.
schedules::NamedScheduleOptions schedule_options(const TrainConfig& config, double warm_up) {
  schedules::NamedScheduleOptions options;
  if (!config.find_lr) options.lr_end = config.lr_end;  // an unknown highest rate has no lower one yet
  options.cooldown_shape = schedules::cooldown_shape_by_name(config.cooldown_shape);
  const double cooldown = config.cooldown / (1 - warm_up);
  if (config.schedule == "wsd" && cooldown > 1 + 1e-9) {
    throw BadInput(fmt::format(
        "--warm-up and --cooldown must leave room for each other: {} of {} and a share of {}",
        number_text(config.warm_up), counted(config.epochs, "epoch"), number_text(config.cooldown)));
  }
  options.cooldown = std::min(cooldown, 1.0);
  return options;
}

DataSplits with_noise(const TrainConfig& config, DataSplits data) {
  if (config.label_noise > 0) {
    data.train = data::with_label_noise(data.train, {.share = config.label_noise, .seed = config.data_seed});
  }
  return data;
}

LearnerOptions learner_options(const TrainConfig& config, const SetupOptions& options) {
  LearnerOptions made;
  made.batch_size = config.batch_size;
  made.optimizer = make_optimizer(config);
  if (config.loss != TrainConfig().loss) made.loss = make_loss(config.loss);
  made.label_smoothing = config.label_smoothing;
  made.class_weights = config.class_weights;
  made.initialisation = initialisation_by_name(config.init);
  made.seed = config.seed;
  made.drop_last = config.drop_last;
  if (config.workers) made.workers = static_cast<int>(*config.workers);
  if (config.prefetch) made.prefetch = static_cast<int>(*config.prefetch);
  made.max_batches = config.max_batches;
  made.validate = config.validate;
  made.train_eval = config.train_eval;
  if (config.threads) made.threads = static_cast<int>(*config.threads);
  made.on_warning = options.on_warning;
  made.measuring = options.measuring;
  return made;
}

void balance(const TrainConfig& config, const DataSplits& data, LearnerOptions& learner) {
  if (config.balance == "sampler") learner.sampler = {.name = "balanced"};
  if (config.balance == "weights") learner.class_weights = balancing_weights(*data.train);
}

}  // namespace

schedules::RateAndMomentum make_schedule(const TrainConfig& config, std::int64_t steps) {
  const auto epochs = static_cast<double>(config.epochs);
  if (config.warm_up >= epochs) {
    throw BadInput(fmt::format("--warm-up must be shorter than the training of {}, found {}",
                               counted(config.epochs, "epoch"), config.warm_up));
  }
  const double share = config.warm_up / epochs;
  const auto steps_after = std::max<std::int64_t>(1, std::llround(static_cast<double>(steps) * (1 - share)));
  schedules::RateAndMomentum schedule =
      schedules::schedule_by_name(config.schedule, config.lr, steps_after, schedule_options(config, share));
  if (config.warm_up > 0) {
    schedule.rate = schedules::warm_up(share, schedule.rate);
    if (schedule.momentum) {
      schedule.momentum = [share, then = schedule.momentum](double progress) {
        return then(progress < share ? 0 : (progress - share) / (1 - share));
      };
    }
  }
  if (config.momentum && schedule.momentum) {
    throw BadInput("--momentum contradicts --schedule " + config.schedule +
                   ", which sets the momentum itself; use another schedule, such as constant");
  }
  check_trains(config, schedule, steps);
  return schedule;
}

OptimizerSpec make_optimizer(const TrainConfig& config) {
  OptimizerSpec optimizer = optimizer_by_name(config.optimizer);
  if (config.momentum) optimizer.momentum = *config.momentum;
  if (config.weight_decay) optimizer.set_weight_decay(*config.weight_decay);
  if (config.decoupled_weight_decay) {
    if (config.weight_decay && optimizer.decoupled_decay > 0) {
      throw BadInput("--weight-decay is the decoupled one of --optimizer " + config.optimizer +
                     " already; give it or --decoupled-weight-decay");
    }
    optimizer.decoupled_decay = *config.decoupled_weight_decay;
  }
  optimizer.l1 = config.l1;
  return optimizer;
}

Graph make_graph(const TrainConfig& config, const Shape& image, std::int64_t classes) {
  models::ModelRequest request;
  request.in = image;
  request.classes = classes;
  request.batch_norm = config.batch_norm;
  request.activation.kind = run::activation_named(config.activation);
  request.activation.leak = config.leak;
  request.activation.subtract = config.subtract;
  if (config.clamp) request.activation.clamp = *config.clamp;
  request.channels = config.channels;
  request.base_width = config.base_width.value_or(0);
  if (!config.widths.empty()) request.width_factor = run::width_factor("--widths", config.widths);
  request.first_kernel = config.first_kernel.value_or(0);
  request.stem_convs = config.stem_convs.value_or(1);
  request.depth = config.depth.value_or(0);
  request.dropout = config.dropout;
  return models::make_model(config.model, request);
}

std::vector<std::unique_ptr<Metric>> make_metrics(const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name)
      throw BadInput("--metrics names " + in_quotes(*name) + " twice");
  }
  std::vector<std::unique_ptr<Metric>> metrics;
  for (const std::string& name : names) {
    if (name != "accuracy") metrics.push_back(metric_by_name(name));
  }
  return metrics;
}

data::DataRequest data_request(const TrainConfig& config) {
  return {.name = config.data,
          .seed = config.data_seed,
          .valid_share = config.valid_share,
          .test_share = config.test_share,
          .group = config.group,
          .skip_unreadable = config.skip_unreadable,
          .most_pixels = config.max_megapixels * 1'000'000,
          .quick_check = true,
          .cache_bytes = run::cache_size("--cache", config.cache),
          .cache_folder = config.cache_dir,
          .cache_folder_bytes = run::cache_size("--cache-dir-size", config.cache_dir_size)};
}

DataSplits open_training_data(const TrainConfig& config, const DataOpener& open) {
  const data::DataRequest request = data_request(config);
  return with_noise(config, open ? open(request) : data::open_data(request));
}

namespace {

std::unique_ptr<Learner> made_learner(const TrainConfig& config, const SetupOptions& options) {
  LearnerOptions learner = learner_options(config, options);
  DataSplits data =
      options.data ? with_noise(config, *options.data) : open_training_data(config, options.open_data);
  balance(config, data, learner);
  const Shape input = input_shape(config, data);
  learner.transforms = run::transforms_of(config, data, input);
  Graph graph =
      options.model ? options.model(input, data.classes()) : make_graph(config, input, data.classes());
  learner.preprocessing = run::fitting_of(config, data);
  if (options.on_warning) {
    for (const std::string& warning : data.warnings) options.on_warning(warning);
  }
  const std::optional<Model> start = run::start_model(config, graph, data.classes());
  if (start) learner.preprocessing.normalisation = start->preprocessing.normalisation;
  if (options.on_options) options.on_options(learner);
  auto made = std::make_unique<Learner>(std::move(graph), std::move(data), std::move(learner));
  if (start) run::take_weights(made->parameters(), *start);
  if (config.init_gain != 1) scale_weights(made->parameters(), config.init_gain);
  for (std::unique_ptr<Metric>& metric : make_metrics(config.metrics)) made->add_metric(std::move(metric));
  return made;
}

}  // namespace

std::unique_ptr<Learner> make_learner(const TrainConfig& config, const SetupOptions& options) {
  if (options.data) return made_learner(config, options);
  return run::suggesting_to_skip(config, [&] { return made_learner(config, options); });
}

}  // namespace lehr
