#pragma once

#include <map>
#include <optional>
#include <string>

#include "lehr/store/run_writer.hpp"
#include "store/packed_stats.hpp"
#include "store/sqlite.hpp"

namespace lehr::store {

/// Writes one run's rows; the caller makes the transactions.
class RunTables {
 public:
  /// Enters the run, or goes on with it if it is resumed; one that got nowhere begins anew. Throws BadInput
  /// as check_recordable() does.
  RunTables(const Database& database, const RunInfo& info, const ResumedAt& resumed);

  void heartbeat();
  /// Adds to what is known of the environment.
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
  /// The title of the run that was there, if any.
  std::string check_or_remove(const std::string& id, const ResumedAt& resumed);
  void enter(const RunInfo& info, const std::string& title_before);
  void rewind(const ResumedAt& resumed);

  const Database* database_;
  std::int64_t run_ = 0;
  Statement step_;
  Statement stats_;
};

/// The number of the run of that name, or nothing if there is none. Throws BadInput if it is done and not
/// resumed, and if another training is recording it.
std::optional<std::int64_t> check_recordable(const Database& database, const std::string& id,
                                             const ResumedAt& resumed);

/// Seconds since 1970, UTC.
double now();

}  // namespace lehr::store
