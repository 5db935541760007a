#pragma once

#include <map>
#include <optional>
#include <string>

#include "lehr/store/run_writer.hpp"
#include "store/packed_stats.hpp"
#include "store/sqlite.hpp"

namespace lehr::store {

/// Writes one run's rows. The caller makes the transactions.
class RunTables {
 public:
  /// Adds the run, or continues it if it is resumed. A run that did not finish is replaced. Throws BadInput
  /// as check_recordable() does.
  RunTables(const Database& database, const RunInfo& info, const ResumedAt& resumed);

  void heartbeat();
  /// Adds to the run's environment.
  void put(const std::map<std::string, std::string>& environment);
  void put(const std::vector<LayerInfo>& layers);
  void put(const std::vector<MonitorRow>& monitors);
  void put(const StepRow& step, const PackedStats& stats);
  void put(const EpochRow& epoch);
  void put(const Confusion& confusion);
  void put_class_counts(const std::vector<std::int64_t>& counts);
  void put(const std::vector<Picture>& pictures);
  void finish(const RunEnd& end, double now);

 private:
  /// Returns the title of the existing run, if any.
  std::string check_or_remove(const std::string& id, const ResumedAt& resumed);
  void enter(const RunInfo& info, const std::string& title_before);
  void rewind(const ResumedAt& resumed);

  const Database* database_;
  std::int64_t run_ = 0;
  Statement step_;
  Statement stats_;
  Statement channels_;
};

/// The number of the run with this ID, or empty if there is none. Throws BadInput if it is done and not
/// resumed, or if another training is recording it.
std::optional<std::int64_t> check_recordable(const Database& database, const std::string& id,
                                             const ResumedAt& resumed);

/// Seconds since 1970, UTC.
double now();

}  // namespace lehr::store
