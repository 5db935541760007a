#include "lehr/store/run_writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <functional>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "core/forks.hpp"
#include "lehr/core/disk_error.hpp"
#include "store/run_schema.hpp"
#include "store/run_tables.hpp"

namespace lehr::store {
namespace {

struct Step {
  StepRow step;
  PackedStats stats;
};
struct ClassCounts {
  std::vector<std::int64_t> counts;
};
using Environment = std::map<std::string, std::string>;
using Message = std::variant<Step, EpochRow, Environment, std::vector<LayerInfo>, std::vector<MonitorRow>,
                             Confusion, ClassCounts, std::vector<Picture>, RunEnd>;

/// Number of rows in a message.
std::size_t weight(const Message& message) {
  const Step* step = std::get_if<Step>(&message);
  return 1 + (step == nullptr ? 0 : step->stats.tensors().size());
}

void write(RunTables& tables, const Message& message) {
  std::visit(
      [&tables](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, Step>) {
          tables.put(what.step, what.stats);
        } else if constexpr (std::is_same_v<What, ClassCounts>) {
          tables.put_class_counts(what.counts);
        } else if constexpr (std::is_same_v<What, RunEnd>) {
          tables.finish(what, now());
        } else {
          tables.put(what);
        }
      },
      message);
}

/// Blocks signals in the writer's thread: the training's thread handles them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

/// Processor time of the calling thread.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

bool is_busy(const DatabaseError& error) {
  return error.code() == SQLITE_BUSY || error.code() == SQLITE_LOCKED;
}

}  // namespace

struct RunWriter::State {
  State(std::filesystem::path file, const RunInfo& info, const ResumedAt& resumed, Options asked)
      : options(asked) {
    options.most_waiting =
        std::max<std::size_t>(options.most_waiting, 1);  // with 0 nothing could ever be queued
    try {
      database.emplace(std::move(file), Access::write, asked.patience);
      prepare_for_writing(*database);
      Transaction transaction(*database);
      tables.emplace(*database, info, resumed);
      transaction.commit();
    } catch (const DiskError& error) {
      tables.reset();
      give_up(error.what());
    }
    start();
  }

  void start() {
    const SignalsBlocked blocked;
    try {
      thread = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      throw Error(std::string("the thread that writes the run store cannot be started: ") +
                  error.code().message());
    }
  }

  ~State() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    wake_writer.notify_one();
    thread.join();
  }

  bool in_forked_child() const;
  void push(Message message);
  void flush();
  void run();
  void write_all(const std::vector<Message>& messages, bool flush);
  void write_some(std::span<const Message> messages, bool flush);
  void give_up(const char* reason) noexcept;

  const int forks_before = forks();
  Options options;
  std::optional<Database> database;
  std::optional<RunTables> tables;  // empty if the store could not be started

  mutable std::mutex mutex;
  std::condition_variable wake_writer;
  std::condition_variable written;
  std::vector<Message> waiting;
  std::size_t rows_waiting = 0;
  std::uint64_t pushed = 0;
  std::uint64_t done = 0;
  bool hurry = false;
  bool notified = false;  // notified and has not checked the queue yet
  bool closing = false;
  bool finished = false;
  std::string failed;
  double last_heartbeat = 0;  // of the writer's thread, like the next member
  bool given_up = false;      // writes nothing more, except how the run ended
  std::atomic<double> busy = 0;
  std::thread thread;
};

// True in a forked child: the thread, the lock and the database belong to the parent.
bool RunWriter::State::in_forked_child() const { return forks_before != forks(); }

void RunWriter::State::push(Message message) {
  if (in_forked_child()) return;
  std::unique_lock lock(mutex);
  written.wait(lock, [this] { return rows_waiting < options.most_waiting || !failed.empty(); });
  finished = finished || std::holds_alternative<RunEnd>(message);
  if (!failed.empty() && !std::holds_alternative<RunEnd>(message)) return;
  rows_waiting += weight(message);
  waiting.push_back(std::move(message));
  ++pushed;
  const bool enough = waiting.size() >= options.rows || rows_waiting >= options.most_waiting;
  if (enough && !notified) wake_writer.notify_one();  // only once: each system call costs more than the rest
  notified = notified || enough;
}

void RunWriter::State::flush() {
  if (in_forked_child()) return;
  std::unique_lock lock(mutex);
  hurry = true;
  wake_writer.notify_one();
  const std::uint64_t until = pushed;
  written.wait(lock, [&] { return done >= until; });
}

void RunWriter::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake_writer.wait_for(lock, std::chrono::duration<double>(options.interval), [this] {
      return closing || hurry || waiting.size() >= options.rows || rows_waiting >= options.most_waiting;
    });
    const bool flush = std::exchange(hurry, false);
    notified = false;
    const bool last = closing;
    const std::vector<Message> messages = std::exchange(waiting, {});
    rows_waiting = 0;
    lock.unlock();
    write_all(messages, flush);
    busy = thread_seconds();
    lock.lock();
    done += messages.size();
    written.notify_all();
    if (last && waiting.empty()) return;
  }
}

// Each transaction has at most the chosen size, so that everything before the disk is full stays stored.
void RunWriter::State::write_all(const std::vector<Message>& messages, bool flush) {
  constexpr double heartbeat_interval = 10;
  if (!tables || (messages.empty() && !flush && now() - last_heartbeat < heartbeat_interval)) return;
  std::span<const Message> left(messages);
  do {
    const std::size_t some = std::min(left.size(), std::max<std::size_t>(options.rows, 1));
    write_some(left.first(some), flush);
    left = left.subspan(some);
  } while (!left.empty());
}

// Retries if another process holds the lock; other errors are final. With `flush` the data is on disk when
// this returns.
void RunWriter::State::write_some(std::span<const Message> messages, bool flush) {
  constexpr int tries = 4;
  for (int attempt = 1;; ++attempt) {
    try {
      database->execute(flush ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
      Transaction transaction(*database);
      tables->heartbeat();
      for (const Message& message : messages) {
        if (!given_up || std::holds_alternative<RunEnd>(message)) write(*tables, message);
      }
      transaction.commit();
      last_heartbeat = now();
      return;
    } catch (const DatabaseError& error) {
      if (is_busy(error) && attempt < tries) continue;
      return give_up(error.what());
    } catch (const std::bad_alloc&) {
      return give_up("there is not enough memory to record the run");
    } catch (const std::exception& error) {
      return give_up(error.what());
    }
  }
}

// Stops recording. Rows after a gap would look like a complete record.
void RunWriter::State::give_up(const char* reason) noexcept {
  given_up = true;
  const std::lock_guard lock(mutex);
  if (!failed.empty()) return;
  try {
    failed = reason;
  } catch (const std::bad_alloc&) {
    failed = "no memory";  // short enough to need no allocation
  }
}

RunWriter::RunWriter(std::filesystem::path file, RunInfo info, ResumedAt resumed, Options options)
    : state_(std::make_unique<State>(std::move(file), info, resumed, options)) {}

// A run whose process no longer exists also counts as interrupted.
RunWriter::~RunWriter() {
  if (state_->in_forked_child()) {
    static_cast<void>(state_.release());
    return;
  }
  try {
    if (!state_->finished) state_->push(RunEnd{.status = RunStatus::interrupted});
  } catch (const std::bad_alloc&) {
  }
}

void RunWriter::environment(std::map<std::string, std::string> more) { state_->push(std::move(more)); }
void RunWriter::layers(std::vector<LayerInfo> layers) { state_->push(std::move(layers)); }
void RunWriter::step(const StepRow& step) { state_->push(Step{step, {}}); }
void RunWriter::step(const StepRow& step, PackedStats stats) { state_->push(Step{step, std::move(stats)}); }
void RunWriter::step(const StepRow& step, const std::vector<StatsRow>& stats) {
  PackedStats packed;
  for (const StatsRow& row : stats) packed.add(row.layer, row.what, row.stats);
  state_->push(Step{step, std::move(packed)});
}
void RunWriter::epoch(EpochRow epoch) { state_->push(std::move(epoch)); }
void RunWriter::confusion(Confusion confusion) { state_->push(std::move(confusion)); }
void RunWriter::class_counts(std::vector<std::int64_t> counts) {
  state_->push(ClassCounts{std::move(counts)});
}
void RunWriter::pictures(std::vector<Picture> pictures) { state_->push(std::move(pictures)); }

void RunWriter::monitors(std::vector<MonitorRow> monitors) { state_->push(std::move(monitors)); }

void RunWriter::finish(RunEnd end) {
  if (const std::string so_far = failure(); !so_far.empty()) end.note = "recording ended early: " + so_far;
  state_->push(std::move(end));
  flush();
}

void RunWriter::flush() { state_->flush(); }

double RunWriter::busy_seconds() const { return state_->busy; }

std::string RunWriter::failure() const {
  if (state_->in_forked_child()) return "the process was forked, and its parent records the run";
  const std::lock_guard lock(state_->mutex);
  return state_->failed;
}

}  // namespace lehr::store
