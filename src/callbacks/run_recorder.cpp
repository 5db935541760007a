#include "lehr/callbacks/run_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "callbacks/environment.hpp"
#include "callbacks/recorded_stats.hpp"
#include "callbacks/run_pictures.hpp"
#include "callbacks/run_rows.hpp"
#include "callbacks/start_facts.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/memory.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/metrics/set_review.hpp"
#include "lehr/report/page.hpp"
#include "lehr/store/atomic_file.hpp"
#include "lehr/store/run_store.hpp"
#include "lehr/store/run_writer.hpp"
#include "lehr/train/training_memory.hpp"
#include "metrics/class_counts.hpp"

namespace lehr {
namespace {

using store::RunStatus;

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string timestamp_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("run-{}", std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

bool spare_cores() { return static_cast<int>(std::thread::hardware_concurrency()) > threads(); }

/// The position from which the current fit continues; the default if it is a new fit.
store::ResumedAt resumed_at(const Learner& learner) {
  const Progress& p = learner.progress();
  return p.resumed ? store::ResumedAt{p.train_batches, learner.position().epoch} : store::ResumedAt{};
}

}  // namespace

struct RunRecorder::State {
  static constexpr const char* class_name = "a RunRecorder";

  RunRecorderOptions options;
  std::string id;
  int fits = 0;
  std::optional<store::RunWriter> writer;
  std::string failure;
  bool reported = false;
  bool in_fit = false;
  bool computed = false;  // the current batch has a prediction and a loss
  std::optional<RecordedStats> stats;
  bool planned = false;  // memory_planned is recorded
  std::int64_t memory_before = 0;
  bool sampled = false;
  double counted_seconds = 0;  // writer's time already added to ActivationStats
  SetReview review;
  StartFacts start;
  StartFacts::Numbers start_numbers;

  store::RunInfo info(const Learner& learner) const;
  void open(Learner& learner);
  void check(Learner& learner);
  void report_failure(const std::string& sentence, Learner& learner);
  void record_start(StartFacts::Numbers numbers);
  void record_step(const Learner& learner);
  void record_facts(Learner& learner);
  void add_pictures(Learner& learner, std::string& note);
  void count_writing_time();
  void finish(Learner& learner);
};

RunRecorder::RunRecorder(RunRecorderOptions options) : state_(std::make_unique<State>()) {
  if (options.id.empty()) options.id = timestamp_name();
  if (!options.on_failure) {
    options.on_failure = [](const std::string& sentence) {
      std::fprintf(stderr, "lehr: %s\n", sentence.c_str());
    };
  }
  state_->options = std::move(options);
}

RunRecorder::~RunRecorder() = default;
RunRecorder::RunRecorder(RunRecorder&&) noexcept = default;
RunRecorder& RunRecorder::operator=(RunRecorder&&) noexcept = default;

const std::string& RunRecorder::id() const { return state_->id; }
std::string RunRecorder::failure() const { return state_->failure; }

store::RunInfo RunRecorder::State::info(const Learner& learner) const {
  store::RunInfo made = run_rows::info(learner);
  made.id = id;
  made.name = options.name;
  made.started = seconds_since_1970();
  made.model = options.model;
  made.config = options.config;
  made.environment = environment();
  made.environment["memory_before"] = std::to_string(memory_before);
  for (const auto& [key, value] : options.environment) made.environment[key] = value;
  return made;
}

void RunRecorder::before_fit(Learner& learner) {
  State& s = *state_;
  const int fit = s.fits + 1;
  const std::string id = fit == 1 ? s.options.id : s.options.id + "-" + std::to_string(fit);
  store::check_run_store(s.options.store, id, resumed_at(learner));
  s.fits = fit;
  s.id = id;
  s.writer.reset();
  s.failure.clear();
  s.counted_seconds = 0;
  s.reported = s.computed = s.planned = s.sampled = false;
  s.in_fit = true;
  s.memory_before = memory_bytes() - memory_held(learner);
  s.review.start(learner.data().classes());
  s.start.start();
  s.start_numbers.clear();
  s.stats.emplace(learner);
}

// Called at the first batch. So a training that cannot begin leaves no run in the store, and a
// resumed fit has reached the position from which it continues.
void RunRecorder::State::open(Learner& learner) {
  try {
    writer.emplace(options.store, info(learner), resumed_at(learner));
  } catch (const store::RunTaken&) {  // by a training that began at the same time
    throw;
  } catch (const Error& error) {  // before_fit checked the store, so it is the disk or the system
    report_failure(error.what(), learner);
    return;
  }
  writer->layers(stats->layers(learner));
  writer->monitors(run_rows::monitors(learner));
  writer->class_counts(class_counts(*learner.data().train));
}

void RunRecorder::State::check(Learner& learner) {
  if (reported) return;
  if (const std::string sentence = writer->failure(); !sentence.empty()) report_failure(sentence, learner);
}

/// Reports once that recording has ended.
void RunRecorder::State::report_failure(const std::string& sentence, Learner& learner) {
  failure = sentence;
  reported = true;
  const char* consequence =
      options.stop_on_failure ? "; the training stops" : "; the training goes on unrecorded";
  options.on_failure(failure + consequence);
  if (options.stop_on_failure) learner.request_stop({EndReason::records_failed, failure});
}

void RunRecorder::before_batch(Learner& learner) {
  State& s = *state_;
  if (s.in_fit && !s.writer && !s.reported) s.open(learner);
  s.computed = false;
  if (s.stats) s.stats->forget();
}

// A training that is stopped before its first batch leaves a checkpoint, so the store has it too.
void RunRecorder::before_stop(Learner& learner) {
  State& s = *state_;
  if (s.in_fit && !s.writer && !s.reported) s.open(learner);
}

void RunRecorder::after_loss(Learner& learner) {
  State& s = *state_;
  s.computed = true;
  s.record_start(s.start.measure(learner));
}

void RunRecorder::State::record_start(StartFacts::Numbers numbers) {
  if (numbers.empty()) return;
  for (const auto& [name, number] : numbers) start_numbers.insert_or_assign(name, number);
  if (writer) writer->environment(std::move(numbers));
}

void RunRecorder::after_batch(Learner& learner) {
  State& s = *state_;
  if (!s.writer) return;  // a validation outside a fit
  s.record_step(learner);
  if (!s.computed) return;  // cancelled before there was anything else to record
  if (learner.progress().training) {
    s.record_facts(learner);
  } else {
    const Batch& batch = learner.batch();
    s.review.add(batch.ids, {learner.step().scores(),
                             {batch.targets, static_cast<std::size_t>(batch.size)},
                             learner.data().classes()});
  }
  s.count_writing_time();
  s.check(learner);
}

// If the training's threads use all cores, the writer's thread takes the time of one of them. All
// others wait for that one, so the time counts as a cost of the statistics.
void RunRecorder::State::count_writing_time() {
  const double busy = writer->busy_seconds();
  if (busy == counted_seconds) return;
  if (!spare_cores()) stats->add_cost(busy - counted_seconds);
  counted_seconds = busy;
}

/// Records every training batch, and validation batches that have statistics.
void RunRecorder::State::record_step(const Learner& learner) {
  if (std::optional<RecordedStats::Batch> batch = stats->take()) {
    writer->step(batch->step, std::move(batch->stats));
  } else if (learner.progress().training && computed) {
    writer->step(run_rows::step(learner));
  }
}

/// Records what is recorded once, at the first batches.
void RunRecorder::State::record_facts(Learner& learner) {
  const Progress& p = learner.progress();
  if (!planned &&
      learner.batch().size == std::min(learner.options().batch_size, learner.data().train->size())) {
    planned = true;
    TrainingMemory memory = training_memory(learner);
    memory.statistics = stats->expected_bytes(p);
    writer->environment({{"memory_planned", std::to_string(memory.total())}});
  }
  if (sampled || !options.pictures) return;
  sampled = true;
  writer->pictures(run_pictures::samples(learner));
}

void RunRecorder::before_validate(Learner& learner) { state_->review.start(learner.data().classes()); }

void RunRecorder::after_validate(Learner&) {
  State& s = *state_;
  if (s.writer && !s.review.empty()) s.writer->confusion(run_rows::confusion(s.review.confusion()));
}

void RunRecorder::after_epoch(Learner& learner) {
  State& s = *state_;
  const EpochRecord& record = learner.history().back();
  s.record_start(s.start.rest());
  if (s.writer && record.complete) s.writer->epoch(run_rows::epoch(record));
}

void RunRecorder::after_fit(Learner& learner) {
  State& s = *state_;
  // The process was killed after its last checkpoint. Nothing is left to train, but the end is not
  // recorded yet.
  if (learner.progress().resumed && !s.writer && !s.reported) s.open(learner);
}

// An exception from a data set that is read for pictures must not prevent recording the end.
void RunRecorder::State::add_pictures(Learner& learner, std::string& note) {
  try {
    writer->pictures(run_pictures::at_end(learner, review));
  } catch (const std::exception& error) {
    if (note.empty()) note = std::string("the pictures at the end could not be made: ") + error.what();
  }
}

void RunRecorder::save_state(CallbackState&) const {
  if (state_->writer) state_->writer->flush();
}

void RunRecorder::clean_up(Learner& learner) {
  State& s = *state_;
  s.in_fit = false;
  const bool wrote = s.writer.has_value();
  if (wrote) s.finish(learner);
  s.stats.reset();
  if (!wrote || s.options.report.empty() || !s.failure.empty()) return;
  try {
    write_report(s.options.report);
  } catch (const Error& error) {  // everything except the page is stored
    s.options.on_failure(error.what());
  }
}

/// Writes the end of the run and closes the store.
void RunRecorder::State::finish(Learner& learner) {
  const Ending& ending = learner.ending();
  const RunStatus status = run_rows::status(ending.reason);
  std::string note;
  if (status == RunStatus::diverged || status == RunStatus::failed) note = ending.text;
  if (status != RunStatus::failed && options.pictures) add_pictures(learner, note);
  record_start(start.rest());
  writer->environment({{"memory_peak", std::to_string(peak_memory_bytes())}});
  if (!stats->empty()) {
    writer->layers(stats->layers(learner));
    writer->environment({{"stats_batches", std::to_string(stats->batches())},
                         {"stats_records", std::to_string(stats->records())}});
  }
  writer->finish(
      {.status = status, .reason = run_rows::reason(ending), .note = note, .stats_share = stats->overhead()});
  check(learner);
  writer.reset();
}

const std::map<std::string, std::string>& RunRecorder::start_numbers() const { return state_->start_numbers; }

store::RunRecords RunRecorder::read(const store::ReadOptions& options) const {
  return store::RunStore(state_->options.store).read(state_->id, options);
}

void RunRecorder::write_report(const std::filesystem::path& file) const {
  const store::RunRecords records = read();
  store::write_file_atomically(
      file, [&records](std::ostream& out) { report::write_page(out, std::span(&records, 1)); });
}

}  // namespace lehr
