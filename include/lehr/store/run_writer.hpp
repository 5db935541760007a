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
  double interval = 0.5;             ///< seconds from one transaction to the next at most
  std::size_t rows = 256;            ///< recorded batches after which there is one sooner
  std::size_t most_waiting = 16384;  ///< rows that may wait; with more, recording waits for the writer
  double patience = 5;               ///< seconds to wait for another process's lock, a few times over
};

/// The run is done, or another training records it.
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

/// Writes one run into a run store from a thread of its own, a transaction every half second, so that a
/// killed process leaves all but its last half second. Several processes may write to one store.
///
/// If writing fails later, or there is no space from the start, recording ends and failure() says why;
/// nothing throws. In a forked child nothing is written, and failure() says so.
class RunWriter {
 public:
  using Options = RunWriterOptions;

  /// Makes the store if it is missing, with its folders, and enters the run as running. A run that is there
  /// already goes on if it is resumed, keeping its name if none is given, and begins anew if it did not come
  /// to its end. Throws RunTaken if it is done or if another training records it: of several that enter one
  /// run at the same time, one gets it. Throws BadInput if the store cannot be written, is damaged or newer.
  RunWriter(std::filesystem::path file, RunInfo info, ResumedAt resumed = {}, Options options = {});
  /// Writes what waits; a run that nobody finished is then interrupted.
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  /// Adds to RunInfo::environment.
  void environment(std::map<std::string, std::string> more);
  void layers(std::vector<LayerInfo> layers);
  void step(const StepRow& step);
  void step(const StepRow& step, PackedStats stats);
  /// The rows' own step, batch and training are not looked at.
  void step(const StepRow& step, const std::vector<StatsRow>& stats);
  void epoch(EpochRow epoch);
  void confusion(Confusion confusion);
  void class_counts(std::vector<std::int64_t> counts);
  /// Replaces the pictures of its kinds.
  void pictures(std::vector<Picture> pictures);
  /// Replaces what is known of the run's monitors.
  void monitors(std::vector<MonitorRow> monitors);
  /// How it ended. Returns when all is on the disk, as flush() does.
  void finish(RunEnd end);

  /// Waits until all that was handed in before is on the disk: it survives a crash of the machine. Without it
  /// a crash may take the transactions of the last minutes; a killed process loses those of the last half
  /// second.
  void flush();
  /// Processor time that the thread has spent on writing so far.
  double busy_seconds() const;
  /// Why recording ended, or empty.
  std::string failure() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr::store
