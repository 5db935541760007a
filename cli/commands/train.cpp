#include "lehr/run/train.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "arguments.hpp"
#include "commands.hpp"
#include "config_options.hpp"
#include "data_text.hpp"
#include "interrupt.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/callbacks/trace_events.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/memory.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/graph/summary.hpp"
#include "measuring.hpp"
#include "output.hpp"
#include "recipes.hpp"
#include "stats_text.hpp"
#include "study_options.hpp"
#include "study_run.hpp"
#include "terminal.hpp"
#include "train_events.hpp"
#include "train_options.hpp"

namespace lehr::cli {
namespace {

constexpr const char* train_examples = R"(Examples:
  lehr train
  lehr train --data digits:5000 --epochs 2 --no-save
  lehr train --data mnist:DIR --batch-norm --schedule one-cycle --lr 0.06 --batch-size 512 --epochs 1 --json
  lehr train --data folder:photos                       trains on your pictures (docs/photos.md)
  lehr train --recipe mnist-fast --data mnist:DIR
  lehr train --resume latest
  lehr train --vary lr=0.003,0.01,0.03 --seeds 5        compare trainings (docs/studies.md)
  lehr train --optimizer sgd --momentum 0.9 --schedule constant --lr 0.05 --weight-decay 5e-4

The path of the saved model is printed on stdout, or the objects that --json asks for. A reader that goes away
does not end the training. Ctrl-C, SIGTERM or a closed terminal (SIGHUP) once: finishes the batch and saves a
checkpoint. Ctrl-C or SIGTERM twice: stops at once. Exit status: 0 done, 2 wrong usage or bad input, 3 training
diverged, 130 interrupted, 1 anything else, such as a full disk.)";

/// The contents of the command line.
struct TrainLine {
  ConfigTable table = train_options();
  TrainConfig config{};
  StudyLine study{};
};

/// What the command prints about a training.
struct OutputOptions {
  bool json = false;
  bool quiet = false;
  bool events = false;
  std::string recipe = no_recipe;  ///< the default recipe; "none" also if one was chosen

  OutputOptions(const TrainConfig& config, const ConfigTable& table)
      : json(table.flag(config, own::json)),
        quiet(table.flag(config, own::quiet)),
        events(table.flag(config, own::trace_events)) {}
  bool live() const { return is_terminal(2) && !quiet; }
};

std::size_t columns_of_stderr() {
  return is_terminal(2) ? static_cast<std::size_t>(terminal_columns(2)) : 120;
}

/// Prints one sentence for people at the end.
void print_summary(const TrainResult& result) {
  std::string line = result.interrupted ? "Interrupted; " : "";
  if (!result.trained) line = "This run had come to its end, so nothing was trained; ";
  if (result.valid) {
    line += fmt::format("{} of {} right", percent_text(result.valid->accuracy),
                        grouped(result.valid->samples, "validation image"));
    if (result.valid_epoch < result.epochs) line += fmt::format(" after epoch {}", result.valid_epoch);
    line += "; ";
  }
  const std::string waiting =
      result.waiting ? fmt::format(" ({} waiting for data)", percent_text(*result.waiting, 0)) : "";
  line += fmt::format("{:.2f} s of training{}, {} images/s, peak memory {}.", result.train_seconds, waiting,
                      grouped(static_cast<std::int64_t>(result.images_per_second)),
                      human_bytes(peak_memory_bytes()));
  std::fprintf(stderr, "%s\n", line.c_str());
}

/// Prints why the training ended early, and how to continue it.
void print_how_to_continue(const TrainResult& result, const OutputOptions& output) {
  const std::string command = resume_command(result.place.folder);
  const bool saved = !result.place.folder.empty();
  if (result.interrupted) {
    const std::string then = saved ? "go on with: " + command : "nothing was saved";
    std::fprintf(stderr, "lehr: interrupted; %s\n", then.c_str());
  } else if (result.time_limit) {
    const std::string then = saved ? "go on with: " + command + " --time-limit MINUTES" : "nothing was saved";
    // Users who see the table have read the reason in its last line.
    const std::string why =
        output.quiet ? fmt::format("the time limit of {} minutes has passed; ", result.config.time_limit)
                     : "";
    std::fprintf(stderr, "lehr: %s%s\n", why.c_str(), then.c_str());
  }
}

void print_result(TrainResult& result, const OutputOptions& output) {
  if (result.config.stats && !output.quiet) {
    const auto& stats = result.learner->callback<ActivationStats>();
    std::fprintf(stderr, "%s", stats_text(stats, columns_of_stderr()).c_str());
  }
  if (!output.quiet) print_summary(result);
  print_how_to_continue(result, output);
  if (output.json) {
    print_json(done_event(result));
  } else if (!result.place.folder.empty()) {
    std::cout << result.place.model.string() << '\n';
  }
}

int nothing_saved() {
  std::fprintf(stderr, "lehr: interrupted; nothing was saved\n");
  return interrupted_status;
}

void print_data(const Learner& learner, const OutputOptions& output) {
  std::fputs(data_text(learner).c_str(), stderr);
  if (output.recipe == no_recipe) return;
  std::fprintf(stderr, "recipe: %s (--recipe none turns it off)\n", output.recipe.c_str());
}

void add_reports(Learner& learner, const OutputOptions& output) {
  if (output.events) learner.add(TraceEvents());
  if (!output.quiet) {
    learner.add(ProgressBar({.live = is_terminal(2), .width = [] { return terminal_columns(2); }}));
  }
  if (output.json) learner.add(EpochEvents());
}

TrainHooks hooks_for(const TrainConfig& config, const OutputOptions& output, SignalWatch& watch) {
  TrainHooks hooks;
  hooks.on_warning = warnings(output.live(), output.json);
  if (output.live()) {
    hooks.measuring = show_measuring();
    hooks.open_data = open_and_show();
  }
  hooks.on_learner = [&watch, finding = config.find_lr](Learner& learner) {
    watch.stop(learner, finding ? SignalWatch::Say::nothing : SignalWatch::Say::that_it_stops);
  };
  hooks.before_fit = [&watch, output, finding = config.find_lr](const TrainStart& start) {
    watch.stop(start.learner, SignalWatch::Say::that_it_stops);
    start.learner.on(Event::clean_up, [&watch](Learner&) { watch.allow_polling(); });
    if (finding && !output.quiet) std::fprintf(stderr, "learning rate %.3g (valley)\n", start.config.lr);
    if (!output.quiet) print_data(start.learner, output);
    add_reports(start.learner, output);
    if (output.json) print_json(start_event(start));
  };
  return hooks;
}

int verify(const TrainConfig& config, TrainHooks hooks, SignalWatch& watch) {
  hooks.on_learner = [&watch](Learner& learner) {
    watch.stop(learner, SignalWatch::Say::that_it_stops);
    learner.on(Event::clean_up, [&watch](Learner&) { watch.allow_polling(); });
  };
  try {
    std::cout << verify_run(config, hooks) << '\n';
    return 0;
  } catch (const Error&) {
    if (watch.received()) return nothing_saved();
    throw;
  }
}

int run_study(const TrainLine& line, const TrainConfig& config, SignalWatch& watch) {
  const OutputOptions output(config, line.table);
  return run_and_print(study_of(line.study, line.config, config, line.table),
                       {.json = output.json, .quiet = output.quiet, .table = &line.table}, watch);
}

int run_train(const TrainLine& line) {
  SignalWatch watch;
  if (line.study.is_study()) check_study_line(line.study, line.config);
  const TrainConfig config = full_config(line.config, line.table);
  if (config.threads) set_threads(static_cast<int>(*config.threads));
  if (line.study.is_study()) return run_study(line, config, watch);
  OutputOptions output(config, line.table);
  output.recipe = default_recipe(line.config, line.table);
  TrainHooks hooks = hooks_for(config, output, watch);
  hooks.table = &line.table;
  if (line.table.flag(config, own::verify)) return verify(config, hooks, watch);
  TrainResult result = train(config, hooks);
  if (!result.begun) return nothing_saved();
  print_result(result, output);
  return result.interrupted ? interrupted_status : 0;
}

}  // namespace

void register_train(Commands& registry) {
  const auto line = std::make_shared<TrainLine>();
  const Command command = registry.add("train", "Train a network on data and save it.", train_examples,
                                       [line] { return run_train(*line); });
  add_fields(command, line->table, line->config);
  const std::string studies = "A study: several trainings, compared";
  command
      .option(
          "--vary", line->study.vary,
          "train with each of these values of an option, and compare; several make a grid. Values that are "
          "lists: \"channels=8,16;16,32\"")
      .type_name("KEY=V1,V2,...")
      .takes_all()
      .group(studies);
  add_integer(command, "--seeds", line->study.seeds, {1, 1000}, "train with N seeds, from 0 on")
      .type_name("N")
      .default_str("5 with --vary")
      .group(studies);
}

}  // namespace lehr::cli
