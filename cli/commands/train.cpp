#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <utility>

#include "commands.hpp"
#include "config_file.hpp"
#include "interrupt.hpp"
#include "lehr/callbacks/checkpoint.hpp"
#include "lehr/callbacks/progress_bar.hpp"
#include "lehr/callbacks/run_recorder.hpp"
#include "lehr/callbacks/timer.hpp"
#include "lehr/core/disk_error.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/memory.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/data/data.hpp"
#include "lehr/graph/summary.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_lock.hpp"
#include "output.hpp"
#include "output_files.hpp"
#include "resume.hpp"
#include "run_folder.hpp"
#include "run_names.hpp"
#include "terminal.hpp"
#include "train_events.hpp"
#include "train_options.hpp"
#include "verify.hpp"

namespace lehr::cli {
namespace {

constexpr const char* examples = R"(Examples:
  lehr train
  lehr train --data digits:5000 --epochs 2 --no-save
  lehr train --data mnist:DIR --batch-norm --schedule one-cycle --lr 0.06 --batch-size 512 --epochs 1 --json
  lehr train --recipe mnist-fast --data mnist:DIR
  lehr train --resume latest
  lehr train --optimizer sgd --momentum 0.9 --schedule constant --lr 0.05 --weight-decay 5e-4

The path of the saved model is printed on stdout, or the objects that --json asks for. A reader that goes away
does not end the training. Ctrl-C, SIGTERM or a closed terminal (SIGHUP) once: finishes the batch and saves a
checkpoint. Ctrl-C or SIGTERM twice: stops at once. Exit status: 0 done, 2 wrong usage or bad input, 3 training
diverged, 130 interrupted, 1 anything else, such as a full disk.)";

void add_reports(Learner& learner, const TrainOptions& options) {
  if (!options.quiet) {
    learner.add(ProgressBar({.live = is_terminal(2), .width = [] { return terminal_columns(2); }}));
  }
  if (options.json) learner.add(EpochEvents());
}

OnFailure warnings_for(const TrainOptions& options) {
  return warnings(is_terminal(2) && !options.quiet, options.json);
}

std::size_t columns_of_stderr() {
  return is_terminal(2) ? static_cast<std::size_t>(terminal_columns(2)) : 120;
}

/// One sentence for people at the end.
void print_summary(const TrainingResult& result) {
  std::string line = result.interrupted ? "Interrupted; " : "";
  if (!result.trained) line = "This run had come to its end, so nothing was trained; ";
  if (result.valid) {
    line += fmt::format("{} of {} right", percent_text(result.valid->accuracy),
                        grouped(result.valid->samples, "validation image"));
    if (result.valid_epoch < result.epochs) line += fmt::format(" after epoch {}", result.valid_epoch);
    line += "; ";
  }
  line += fmt::format("{:.2f} s of training, {} images/s, peak memory {}.", result.train_seconds,
                      grouped(static_cast<std::int64_t>(result.images_per_second)),
                      human_bytes(peak_memory_bytes()));
  std::fprintf(stderr, "%s\n", line.c_str());
}

void report(const TrainingResult& result, const RunPlace& place, const TrainOptions& options) {
  if (!options.quiet) print_summary(result);
  if (result.interrupted) {
    const std::string saved =
        options.save ? "go on with: lehr train --resume " + shell_word(place.path) : "nothing was saved";
    std::fprintf(stderr, "lehr: interrupted; %s\n", saved.c_str());
  } else if (result.time_limit) {
    const std::string saved =
        options.save ? "go on with: lehr train --resume " + shell_word(place.path) + " --time-limit MINUTES"
                     : "nothing was saved";
    // The table's last line has said it to those who see the table.
    const std::string why =
        options.quiet ? fmt::format("the time limit of {} minutes has passed; ", options.callbacks.time_limit)
                      : "";
    std::fprintf(stderr, "lehr: %s%s\n", why.c_str(), saved.c_str());
  }
  if (options.json) {
    print_json(done_event(result, place));
  } else if (options.save) {
    std::cout << place.model << '\n';
  }
}

/// A store that is no file would only be noticed at the first batch. One that is not there yet is made in a
/// folder that is checked.
void check_store(const std::filesystem::path& runs) {
  const std::filesystem::path store = store_in(runs);
  std::error_code error;
  if (std::filesystem::symlink_status(store, error).type() == std::filesystem::file_type::not_found) return;
  check_writable({"the run store", store});
}

/// A resumed run goes on in its own log, which may have moved.
void check_log(const OutputFile& log, FileKind kind, const TrainOptions& options) {
  if (log.file.empty()) return;
  if (options.resume.empty()) {
    check_new(log);
  } else {
    check_replaceable(log, kind);
  }
}

/// The files that options name. The run's own are in a new folder.
void check_outputs(const TrainOptions& options) {
  const OutputFile csv{"--csv", options.callbacks.csv};
  const OutputFile jsonl{"--jsonl", options.callbacks.jsonl};
  std::vector<OutputFile> all{csv, jsonl};
  if (options.save) {
    const std::string store = store_in(options.out).string();
    for (const char* suffix : {"", "-wal", "-shm"}) all.push_back({"the run store", store + suffix});
  }
  check_distinct(all);
  if (options.save && options.resume.empty()) check_store(options.out);
  check_log(csv, FileKind::csv_log, options);
  check_log(jsonl, FileKind::jsonl_log, options);
}

/// Where this training writes and what it goes on from.
struct Place {
  std::unique_ptr<RunFolder> made;       ///< for a new run
  std::unique_ptr<store::RunLock> lock;  ///< against other trainings in the same folder
  FoundRun found;  ///< what it resumes, or just the new folder; empty if nothing is saved
};

Place resumed_place(const TrainOptions& options) {
  Place place;
  place.found = run_to_resume(options.resume);
  if (options.verify) return place;  // writes nothing there
  place.lock = std::make_unique<store::RunLock>(place.found.folder);
  place.found = run_to_resume(options.resume);  // whoever held it may have written another checkpoint
  return place;
}

Place new_place(const TrainOptions& options) {
  Place place;
  place.made = std::make_unique<RunFolder>(options.out);
  place.found.folder = place.made->path();
  place.lock = std::make_unique<store::RunLock>(place.found.folder);
  return place;
}

/// A damaged checkpoint is refused, and the one before it offered. What is wrong with the training, and not
/// with the file, would be wrong with another file as well.
[[noreturn]] void offer_another(const BadInput& error, const FoundRun& found) {
  if (!std::string_view(error.what()).starts_with(in_quotes(found.checkpoint))) throw;
  const std::vector<std::filesystem::path> all = checkpoints_in(found.folder / "checkpoints");
  const auto at = std::ranges::find(all, found.checkpoint);
  if (at == all.end() || std::next(at) == all.end()) throw;
  throw BadInput(std::string(error.what()) + "; the checkpoint before it can be tried: lehr train --resume " +
                 shell_word(std::next(at)->string()));
}

void fit(Learner& learner, const TrainOptions& options, const schedules::RateAndMomentum& schedule,
         const FoundRun& found) {
  try {
    learner.fit(static_cast<int>(options.epochs), schedule, {.resume = found.checkpoint});
  } catch (const BadInput& error) {
    if (found.checkpoint.empty()) throw;
    offer_another(error, found);
  }
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The configuration that the run keeps: of a resumed one its own, with where its data and logs are now.
std::string kept_config(const Place& place, const Command& command) {
  const std::string present = config_text(command, reporting_options());
  if (place.made != nullptr) return present;
  return with_values_of(text_of(place.found.folder / file_of(RunPart::options)), present, path_options());
}

void save_text(const std::filesystem::path& file, const std::string& text) {
  store::write_file_atomically(file, [&](std::ostream& out) { out << text; });
}

void save_moved_paths(Learner& learner, const std::filesystem::path& file, const std::string& config) {
  learner.on(Event::after_predict, [file, config, done = false](Learner&) mutable {
    if (!std::exchange(done, true) && text_of(file) != config) save_text(file, config);
  });
}

// A training that cannot begin leaves nothing: the configuration is there from the first epoch on, since
// every checkpoint needs it, and stays once a batch has gone through the network, or was not waited for.
void save_config_at_start(Learner& learner, RunFolder& made, const std::string& config) {
  const auto save = [&made, config](Learner& l) {
    if (l.progress().train_batches == 0) save_text(made.config(), config);
  };
  learner.on(Event::before_epoch, save);
  learner.on(Event::before_stop, save);
  for (const Event event : {Event::after_predict, Event::before_stop}) {
    learner.on(event, [&made](Learner&) { made.keep(); });
  }
}

// Somebody may remove the folder while the run is being trained. The next checkpoint makes it again, and can
// only be resumed with the configuration beside it.
void restore_lost_config(Learner& learner, const std::filesystem::path& file, const std::string& config) {
  const auto restore = [file, config](Learner& l) {
    std::error_code error;
    if (l.progress().train_batches > 0 && !std::filesystem::exists(file, error)) save_text(file, config);
  };
  learner.on(Event::after_epoch, restore);
  learner.on(Event::before_stop, restore);
  learner.on(Event::after_batch, [restore, folder = file.parent_path()](Learner& l) {
    std::error_code error;
    if (std::filesystem::exists(folder, error)) restore(l);
  });
}

void keep_config(Learner& learner, const Place& place, const Command& command) {
  if (place.found.folder.empty()) return;
  const std::filesystem::path file = place.found.folder / file_of(RunPart::options);
  const std::string config = kept_config(place, command);
  if (place.made != nullptr) {
    save_config_at_start(learner, *place.made, config);
  } else {
    save_moved_paths(learner, file, config);
  }
  restore_lost_config(learner, file, config);
}

void record_run(Learner& learner, const TrainOptions& options, const std::filesystem::path& folder,
                const Command& command) {
  if (folder.empty()) {
    if (options.require_records) throw BadInput("--require-records contradicts --no-save");
    if (!options.name.empty()) throw BadInput("--name contradicts --no-save");
    return;
  }
  learner.add(RunRecorder({.store = store_in(std::filesystem::absolute(folder).parent_path()),
                           .id = folder.filename().string(),
                           .name = options.name,
                           .model = options.model.model,
                           .config = config_text(command, reporting_options()),
                           .report = folder / "report.html",
                           .stop_on_failure = options.require_records,
                           .on_failure = warnings_for(options)}));
}

/// Where --require-records ended the training.
void check_records(Learner& learner, const TrainOptions& options, const RunPlace& place) {
  if (!options.require_records || !learner.stopped()) return;
  if (learner.callback<RunRecorder>().failure().empty()) return;
  throw Error("stopped, since the run store could not be written; go on with: lehr train --resume " +
              shell_word(place.path));
}

/// --lr auto. What was found replaces it from here on: a resumed run looks for no other. False if a signal
/// came.
bool find_rate(TrainOptions& options, const Learner& learner, const Command& command, SignalWatch& watch) {
  watch.allow_polling();
  LrFinderOptions finder;
  finder.progress = [&watch](int, int) { return !watch.received(); };
  const LrFinding finding = learner.find_lr(finder);
  if (finding.cancelled) return false;
  if (!finding.valley) throw BadInput("--lr auto: " + finding.note + "; give a rate");
  options.lr = *finding.valley;
  command.give("--lr", fmt::format("{}", options.lr));
  if (!options.quiet) std::fprintf(stderr, "learning rate %.3g (valley)\n", options.lr);
  return true;
}

int interrupted_before_the_start() {
  std::fprintf(stderr, "lehr: interrupted; nothing was saved\n");
  return interrupted_status;
}

int verify_run(Learner& learner, const TrainOptions& options, const schedules::RateAndMomentum& schedule,
               const std::filesystem::path& folder, SignalWatch& watch) {
  watch.stop_fit_of(learner);
  try {
    std::cout << verify(learner, options, schedule, folder / "checkpoints") << '\n';
    return 0;
  } catch (const Error&) {
    if (watch.received()) return interrupted_before_the_start();
    throw;
  }
}

void save_model(const Learner& learner, const RunPlace& run) {
  try {
    learner.save(run.model);
  } catch (const DiskError& error) {
    throw DiskError(error.what() + std::string("; once the disk has room, go on with: lehr train --resume ") +
                    shell_word(run.path));
  }
}

/// A stop saves a checkpoint. If the disk did not take it, what came after the one before is lost.
void check_last_checkpoint(Learner& learner, const RunPlace& run) {
  const std::string& failure = learner.callback<Checkpoint>().failure();
  if (failure.empty()) return;
  throw DiskError("interrupted, and the last checkpoint could not be written: " + failure +
                  "; go on from the one before with: lehr train --resume " + shell_word(run.path));
}

int train(TrainOptions options, const Command& command) {
  SignalWatch watch;
  options.learner.on_warning = warnings_for(options);
  if (options.verify && options.resume.empty()) throw BadInput("--verify needs --resume");
  make_schedule(options, options.epochs + 1);  // refuses before anything is loaded; the steps come later
  if (!options.verify) check_outputs(options);
  make_paths_absolute(options, command);
  if (options.save && !options.verify) check_can_be_kept(command, reporting_options());
  Place place;
  if (!options.resume.empty()) place = resumed_place(options);
  const std::unique_ptr<Learner> learner = make_learner(options);
  if (options.find_lr && !find_rate(options, *learner, command, watch)) return interrupted_before_the_start();
  const schedules::RateAndMomentum schedule =
      make_schedule(options, learner->steps(static_cast<int>(options.epochs)));
  if (options.verify) return verify_run(*learner, options, schedule, place.found.folder, watch);
  watch.stop_fit_of(*learner);
  if (options.resume.empty() && options.save) place = new_place(options);
  const std::filesystem::path folder = place.found.folder;
  const RunPlace run = folder.empty() ? RunPlace{} : RunPlace::of(folder);

  add_callbacks(*learner, options.callbacks, folder, warnings_for(options));
  add_stats(*learner, options.stats);
  add_snapshots(*learner, options.snapshots, folder, warnings_for(options));
  record_run(*learner, options, folder, command);
  add_reports(*learner, options);
  keep_config(*learner, place, command);
  if (options.json) print_json(start_event(*learner, options, run));
  bool trained = false;
  learner->on(Event::before_batch, [&trained](Learner&) { trained = true; });
  fit(*learner, options, schedule, place.found);
  const bool interrupted = watch.received() && learner->stopped();
  watch.allow_polling();
  check_records(*learner, options, run);
  if (!folder.empty()) {
    if (interrupted) check_last_checkpoint(*learner, run);
    save_model(*learner, run);
    if (place.made) place.made->keep();
  }
  TrainingResult result = result_of(*learner, interrupted);
  result.trained = trained || place.found.checkpoint.empty() || interrupted;
  result.time_limit = !result.interrupted && learner->callback<Timer>().limit_reached();
  if (options.stats.on) {
    const auto& stats = learner->callback<ActivationStats>();
    result.stats_overhead = stats.overhead();
    if (!options.quiet) std::fprintf(stderr, "%s", stats_text(stats, columns_of_stderr()).c_str());
  }
  report(result, run, options);
  return interrupted ? interrupted_status : 0;
}

}  // namespace

void register_train(Commands& registry) {
  const auto options = std::make_shared<TrainOptions>();
  const auto command = std::make_shared<std::optional<Command>>();
  Command added = registry.add("train", "Train a network on data and save it.", examples,
                               [options, command] { return train(*options, **command); });
  *command = added;
  add_train_options(added, *options);
}

}  // namespace lehr::cli
