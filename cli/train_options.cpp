#include "train_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <vector>

#include "arguments.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/data/data.hpp"
#include "metric_names.hpp"
#include "output.hpp"
#include "recipes.hpp"
#include "terminal.hpp"

namespace lehr::cli {
namespace {

constexpr std::int64_t most_epochs = 1'000'000;
constexpr std::int64_t most_samples_a_batch = 1'000'000;

constexpr const char* recipe_group = "Recipe";

double parse_rate(const std::string& text) {
  try {
    return parse_real("--lr", text, {});
  } catch (const BadInput& error) {
    throw BadInput(std::string(error.what()) + "; auto lets lehr find a rate");
  }
}

/// Names that mean something else wherever a run is named.
std::string parse_title(const std::string& option, const std::string& text) {
  if (text == "latest" || text == "." || text == "..") {
    throw BadInput(option + " takes another name than \"" + text +
                   "\": wherever a run is named, that means something else");
  }
  return text;
}

void add_schedule(const Command& app, TrainOptions& options) {
  constexpr const char* group = recipe_group;
  add_integer(app, "--epochs", options.epochs, {1, most_epochs}, "passes over the training set").group(group);
  app.option(
         "--lr",
         [&options](const std::string& text) {
           options.find_lr = text == "auto";
           if (!options.find_lr) options.lr = parse_rate(text);
         },
         "learning rate, for one-cycle the highest; auto: use the valley that find-lr suggests")
      .type_name("X")
      .default_str(fmt::format("{}", options.lr))
      .group(group);
  add_parsed(app, "--schedule", options.schedule,
             fmt::format("one of {}", fmt::join(schedules::schedule_names(), ", ")),
             [](const std::string&, const std::string& name) {
               schedules::schedule_by_name(name, 0.01, 1);
               return name;
             })
      .type_name("NAME")
      .default_str(options.schedule)
      .group(group);
  add_real(app, "--warm-up", options.warm_up, {}, "epochs of linear warm-up before the schedule")
      .group(group);
}

void add_recipe(const Command& app, TrainOptions& options) {
  constexpr const char* group = recipe_group;
  add_integer(app, "--batch-size", options.learner.batch_size, {1, most_samples_a_batch},
              "images in each batch")
      .group(group);
  add_parsed(app, "--optimizer", options.optimizer,
             fmt::format("one of {}", fmt::join(optimizer_names(), ", ")),
             [](const std::string&, const std::string& name) {
               optimizer_by_name(name);
               return name;
             })
      .type_name("NAME")
      .default_str(options.optimizer)
      .group(group);
  const auto below_one = [](const std::string& option, const std::string& text) {
    return parse_real(option, text, {0, 1});
  };
  add_parsed(app, "--momentum", options.momentum,
             "momentum of the optimizer (adam: beta1); not with a schedule that sets it", below_one)
      .type_name("X")
      .group(group);
  const auto not_negative = [](const std::string& option, const std::string& text) {
    return parse_real(option, text, {});
  };
  add_parsed(app, "--weight-decay", options.weight_decay,
             "weight decay: L2, or decoupled for adamw and adam-fastai; not on biases and norms",
             not_negative)
      .type_name("X")
      .group(group);
  add_parsed(app, "--decoupled-weight-decay", options.decoupled_decay,
             "multiply weights by 1 - rate * X in each step", not_negative)
      .type_name("X")
      .group(group);
  add_real(app, "--l1", options.l1, {}, "L1 penalty, on the same weights as weight decay").group(group);
  add_real(app, "--label-smoothing", options.learner.label_smoothing, {0, 1},
           "share of each target that is spread evenly over all classes")
      .group(group);
  add_parsed(app, "--class-weights", options.learner.class_weights,
             "weight of each class in the loss, which is the mean by weight (only ratios count, mixed images "
             "included)",
             [](const std::string& option, const std::string& text) { return parse_reals(option, text, {}); })
      .type_name("X,...")
      .group(group);
  add_parsed(app, "--init", options.learner.initialisation,
             fmt::format("initialisation of the weights: {}", fmt::join(initialisation_names(), ", ")),
             [](const std::string&, const std::string& name) { return initialisation_by_name(name); })
      .type_name("NAME")
      .default_str("kaiming-normal")
      .group(group);
  add_seed(app, "--seed", options.learner.seed,
           "seed of initial weights, order of the data, dropout and mixing; not of the data")
      .group(group);
}

void add_execution(const Command& app, TrainOptions& options) {
  constexpr const char* group = "Execution";
  add_threads(app).group(group);
  add_integer(app, "--prefetch", options.learner.prefetch, {0, 1024},
              "batches that a loader thread prepares ahead (default: depends on the data)")
      .default_str("")
      .group(group);
  app.flag("--drop-last", options.learner.drop_last, "drop the last batch if it is not full").group(group);
  add_integer(app, "--max-batches", options.learner.max_batches, {}, "limit each epoch to N batches; 0: all")
      .group(group);
  app.flag(
         "--no-validate", [&options] { options.learner.validate = false; },
         "do not measure the validation set")
      .group(group);
  app.flag(
         "--train-eval", options.learner.train_eval,
         "measure the training set too after each epoch, as the validation set is (train loss and train acc "
         "are averaged while the weights change)")
      .group(group);
}

void add_sources(const Command& app, TrainOptions& options) {
  constexpr const char* group = "Options from elsewhere";
  add_file(app, "--config", options.config, "TOML file of options; options on the command line override it")
      .group(group);
  add_parsed(app, "--recipe", options.recipe,
             fmt::format("built-in set of options: {}; others win", fmt::join(recipe_names(), ", ")),
             [](const std::string& option, const std::string& text) {
               return parse_name(option, text, "the name of a recipe");
             })
      .type_name("NAME")
      .group(group);
  app.option("--resume", options.resume,
             "resume a run (its ID, title, folder or latest), or one of its checkpoints")
      .type_name("RUN")
      .group(group);
  app.flag("--verify", options.verify,
           "with --resume: repeat the training between the run's last two checkpoints and compare the bits")
      .group(group);
}

void add_output(const Command& app, TrainOptions& options) {
  constexpr const char* group = "Output";
  add_folder(app, "--out", options.out, "folder in which the run's folder is made")
      .default_str(options.out.string())
      .group(group);
  add_parsed(app, "--name", options.name, "title of the run", parse_title).type_name("TEXT").group(group);
  app.flag("--require-records", options.require_records,
           "stop, with a checkpoint, where the run store cannot be written (a full disk); without it the "
           "training goes on")
      .group(group);
  app.flag(
         "--no-save", [&options] { options.save = false; }, "write no files")
      .group(group);
  app.flag("--json", options.json, "print JSON on stdout, one object on each line").group(group);
  app.flag("--quiet", options.quiet, "print no progress and no table on stderr").group(group);
}

}  // namespace

void add_setup_options(const Command& app, TrainOptions& options) {
  app.option("--data", options.data,
             fmt::format("training and validation data: digits, digits:N, mnist:DIR (schemes: {})",
                         fmt::join(data::scheme_names(), ", ")))
      .type_name("DATA")
      .default_str(options.data);
  add_data_seed(app, options.data_seed);
  add_model_options(app, options.model);
  add_recipe(app, options);
}

void add_train_options(const Command& app, TrainOptions& options) {
  add_setup_options(app, options);
  add_schedule(app, options);
  add_metric_names(app, options.metrics).group(recipe_group);
  add_callback_options(app, options.callbacks);
  add_stats_options(app, options.stats);
  add_snapshot_options(app, options.snapshots);
  add_execution(app, options);
  add_sources(app, options);
  add_output(app, options);
}

std::vector<std::string> path_options() { return {"data", "csv", "jsonl"}; }

void make_paths_absolute(TrainOptions& options, const Command& command) {
  const auto replace = [&command](const char* option, std::string& value, const std::string& absolute) {
    if (value == absolute) return;
    value = absolute;
    command.give(option, absolute);
  };
  const auto make_absolute = [&](const char* option, std::string& file) {
    if (!file.empty()) replace(option, file, std::filesystem::absolute(file).string());
  };
  replace("--data", options.data, data::absolute_name(options.data));
  make_absolute("--csv", options.callbacks.csv);
  make_absolute("--jsonl", options.callbacks.jsonl);
}

std::vector<std::string> reporting_options() {
  return {"config",  "recipe", "resume",          "verify",
          "out",     "name",   "require-records", "require-checkpoints",
          "no-save", "json",   "quiet",           "trace-events"};
}

namespace {

/// A warm-up begins at 0, which is all of a training of one step.
void check_trains(const TrainOptions& options, const schedules::RateAndMomentum& schedule,
                  std::int64_t steps) {
  if (options.lr == 0 || steps > 1) return;
  if (schedule.rate(0) > 0) return;
  throw BadInput(
      fmt::format("the training has one step, and there the learning rate is 0 with {}; train longer or "
                  "without a warm-up",
                  options.warm_up > 0 ? "--warm-up" : "--schedule " + options.schedule));
}

}  // namespace

schedules::RateAndMomentum make_schedule(const TrainOptions& options, std::int64_t steps) {
  const auto epochs = static_cast<double>(options.epochs);
  if (options.warm_up >= epochs) {
    throw BadInput(fmt::format("--warm-up must be shorter than the training of {}, found {}",
                               counted(options.epochs, "epoch"), options.warm_up));
  }
  const double share = options.warm_up / epochs;
  const auto steps_after = std::max<std::int64_t>(1, std::llround(static_cast<double>(steps) * (1 - share)));
  schedules::RateAndMomentum schedule =
      schedules::schedule_by_name(options.schedule, options.lr, steps_after);
  if (options.warm_up > 0) {
    schedule.rate = schedules::warm_up(share, schedule.rate);
    if (schedule.momentum) {
      schedule.momentum = [share, then = schedule.momentum](double progress) {
        return then(progress < share ? 0 : (progress - share) / (1 - share));
      };
    }
  }
  if (options.momentum && schedule.momentum) {
    throw BadInput("--momentum contradicts --schedule " + options.schedule +
                   ", which sets the momentum itself; use another schedule, such as constant");
  }
  check_trains(options, schedule, steps);
  return schedule;
}

OptimizerSpec make_optimizer(const TrainOptions& options) {
  OptimizerSpec optimizer = optimizer_by_name(options.optimizer);
  if (options.momentum) optimizer.momentum = *options.momentum;
  if (options.weight_decay) optimizer.set_weight_decay(*options.weight_decay);
  if (options.decoupled_decay) {
    if (options.weight_decay && optimizer.decoupled_decay > 0) {
      throw BadInput("--weight-decay is the decoupled one of --optimizer " + options.optimizer +
                     " already; give it or --decoupled-weight-decay");
    }
    optimizer.decoupled_decay = *options.decoupled_decay;
  }
  optimizer.l1 = options.l1;
  return optimizer;
}

namespace {

/// Draws a line on the terminal if measuring mean and std takes long, as it does for pictures to be decoded.
MeasureProgress show_measuring() {
  constexpr double unnoticed = 0.3;  // seconds
  return [watch = Stopwatch(), before = std::int64_t{0}, drawn = false](std::int64_t done,
                                                                        std::int64_t total) mutable {
    if (before == 0) watch.restart();
    before = done;
    drawn = drawn || watch.seconds() > unnoticed;
    if (!drawn) return;
    std::fprintf(stderr, "\rmeasuring mean and std: %s of %s images\x1b[K", grouped(done).c_str(),
                 grouped(total).c_str());
    if (done == total) std::fprintf(stderr, "\r\x1b[K");
  };
}

/// Throws BadInput for options without effect. A run that was begun with them can still be resumed.
void check_effects(const TrainOptions& options) {
  check(options.model);
  if (!options.metrics.empty() && !options.learner.validate) {
    throw BadInput("--metrics contradicts --no-validate");
  }
}

}  // namespace

std::unique_ptr<Learner> make_learner(const TrainOptions& options) {
  if (options.resume.empty()) check_effects(options);
  LearnerOptions learner = options.learner;
  if (!options.quiet && is_terminal(2)) learner.measuring = show_measuring();
  learner.optimizer = make_optimizer(options);
  if (learner.train_eval && !learner.validate) throw BadInput("--train-eval contradicts --no-validate");
  DataSplits data = data::open_data(options.data, options.data_seed);
  Graph graph = make_graph(options.model, data.image_shape(), data.classes());
  auto made = std::make_unique<Learner>(std::move(graph), std::move(data), std::move(learner));
  for (std::unique_ptr<Metric>& metric : make_metrics(options.metrics)) made->add_metric(std::move(metric));
  return made;
}

}  // namespace lehr::cli
