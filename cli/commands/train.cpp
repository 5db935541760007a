#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "interrupt.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/data/data.hpp"
#include "lehr/graph/summary.hpp"
#include "output.hpp"
#include "run_folder.hpp"
#include "terminal.hpp"
#include "train_events.hpp"
#include "train_options.hpp"

namespace lehr::cli {
namespace {

constexpr int interrupted_status = 130;
constexpr const char* examples = R"(Examples:
  lehr train
  lehr train --data digits:5000 --epochs 2 --no-save
  lehr train --data mnist:DIR --batch-norm --schedule one-cycle --lr 0.06 --batch-size 512 --epochs 1 --json
  lehr train --optimizer sgd --momentum 0.9 --schedule constant --lr 0.05 --weight-decay 5e-4

The path of the saved model is printed on stdout, or the objects that --json asks for. Ctrl-C once finishes the
batch and saves the model; twice stops at once. Exit status: 0 done, 2 wrong usage or bad input, 3 training
diverged, 130 interrupted, 1 anything else.)";

std::unique_ptr<Learner> make_learner(const TrainOptions& options) {
  LearnerOptions learner = options.learner;
  learner.optimizer = make_optimizer(options);
  DataSplits data = data::open_data(options.data, learner.seed);
  Graph graph = make_graph(options.model, data.image_shape(), data.classes());
  return std::make_unique<Learner>(std::move(graph), std::move(data), std::move(learner));
}

void add_reports(Learner& learner, const TrainOptions& options) {
  if (!options.quiet) {
    const bool live = is_terminal(2);
    learner.add(ProgressBar({.live = live, .columns = live ? terminal_columns(2) : 80}));
  }
  if (options.json) learner.add(EpochEvents());
}

/// One sentence for people at the end.
void print_summary(const TrainingResult& result) {
  std::string line = result.interrupted ? "Interrupted; " : "";
  if (result.valid) {
    line += fmt::format("{:.2f} % of {} validation images right; ", 100 * result.valid->accuracy,
                        grouped(result.valid->samples));
  }
  line += fmt::format("{:.2f} s of training, {} images/s, peak memory {}.", result.train_seconds,
                      grouped(static_cast<std::int64_t>(result.images_per_second)),
                      human_bytes(peak_memory_bytes()));
  std::fprintf(stderr, "%s\n", line.c_str());
}

void report(const TrainingResult& result, const RunPlace& place, const TrainOptions& options) {
  if (!options.quiet) print_summary(result);
  if (result.interrupted) {
    const std::string saved = options.save ? "the model as it was is in " + place.model : "nothing was saved";
    std::fprintf(stderr, "lehr: interrupted; %s\n", saved.c_str());
  }
  if (options.json) {
    print_json(done_event(result, place));
  } else if (options.save) {
    std::cout << place.model << '\n';
  }
}

int train(const TrainOptions& options) {
  const schedules::RateAndMomentum schedule = make_schedule(options);
  const std::unique_ptr<Learner> learner = make_learner(options);
  std::optional<RunFolder> folder;
  if (options.save) folder.emplace(options.out);
  const RunPlace place = folder ? RunPlace::of(folder->path()) : RunPlace{};

  add_reports(*learner, options);
  if (options.json) print_json(start_event(*learner, options, place));
  const StopOnSignal stop(*learner);
  learner->fit(static_cast<int>(options.epochs), schedule);
  if (folder) {
    learner->save(place.model);
    folder->keep();
  }
  report(result_of(*learner, stop.received()), place, options);
  return stop.received() ? interrupted_status : 0;
}

}  // namespace

void register_train(Commands& registry) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App& command = registry.add("train", "Train a network on data and save it.", examples,
                                   [options] { return train(*options); });
  add_train_options(command, *options);
}

}  // namespace lehr::cli
