#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/store/packed_stats.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr::store {

struct RunWriterOptions {
  double interval = 0.5;             ///< maximum seconds between transactions
  std::size_t rows = 256;            ///< a transaction is made earlier after this many recorded batches
  std::size_t most_waiting = 16384;  ///< maximum of queued rows; then recording waits for the writer
  double patience = 5;               ///< seconds per attempt to wait for another process's lock
};

/// The run is done, or another training is recording it.
class RunTaken : public BadInput {
 public:
  using BadInput::BadInput;
};

/// How a run ended.
struct RunEnd {
  RunStatus status = RunStatus::done;
  std::string reason{};    ///< RunInfo::reason
  std::string note{};      ///< why it failed, or empty
  double stats_share = 0;  ///< RunInfo::stats_share
};

/// Writes one run into a run store on its own thread. It makes one transaction every half second, so a killed
/// process loses at most its last half second. Several processes may write to one store.
///
/// If a later write fails, or if there is no space from the start, recording stops and failure() says why;
/// nothing throws. In a forked child nothing is written, and failure() says so.
class RunWriter {
 public:
  using Options = RunWriterOptions;

  /// Makes the store and its folders if they are missing, and adds the run with status `running`. An existing
  /// run continues if it is resumed, and keeps its name if none is given. If it is not resumed and did not
  /// finish, it is replaced. Throws RunTaken if the run is done or if another training records it; if several
  /// processes add the same run at the same time, one of them succeeds. Throws BadInput if the store is not
  /// writable, damaged or newer.
  RunWriter(std::filesystem::path file, RunInfo info, ResumedAt resumed = {}, Options options = {});
  /// Writes the queued rows. If finish() was not called, the run becomes interrupted.
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  /// Adds to RunInfo::environment.
  void environment(std::map<std::string, std::string> more);
  void layers(std::vector<LayerInfo> layers);
  void step(const StepRow& step);
  void step(const StepRow& step, PackedStats stats);
  /// The members step, batch and training of the rows are ignored.
  void step(const StepRow& step, const std::vector<StatsRow>& stats);
  void epoch(EpochRow epoch);
  void confusion(Confusion confusion);
  void class_counts(std::vector<std::int64_t> counts);
  /// Replaces all pictures of the same kinds.
  void pictures(std::vector<Picture> pictures);
  /// Replaces the run's monitors.
  void monitors(std::vector<MonitorRow> monitors);
  /// Records how the run ended. Returns when everything is on disk, as flush() does.
  void finish(RunEnd end);

  /// Waits until all earlier records are on disk, so that they survive a crash of the machine. Without
  /// flush(), a crash may lose the transactions of the last minutes, and a killed process loses those of the
  /// last half second.
  void flush();
  /// Processor time, in seconds, that the thread has spent on writing so far.
  double busy_seconds() const;
  /// Why recording stopped; empty if it did not.
  std::string failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::store
