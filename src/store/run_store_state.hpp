#pragma once

#include <map>
#include <string>
#include <vector>

#include "lehr/store/run_store.hpp"
#include "store/sqlite.hpp"

namespace lehr::store {

struct StoredRun {
  RunInfo info;
  std::int64_t id = 0;  ///< its number in the tables
};

struct RunStore::State {
  static constexpr const char* class_name = "a RunStore";

  explicit State(const std::filesystem::path& file);

  /// Calls `body` for each row of a query about one run. The run's number is the query's first parameter.
  template <class Body>
  void each(const std::string& sql, std::int64_t run, const Body& body) const {
    Statement statement(database, sql);
    statement.with(run);
    while (statement.next()) body(statement);
  }

  /// Throws BadInput if there is no such run.
  StoredRun find(const std::string& id) const;
  /// The batches with these ids of steps, by step.
  std::vector<StepRow> steps(std::vector<std::int64_t> ids) const;
  std::vector<StepRow> all_steps(std::int64_t run) const;
  /// Reads steps and stats of the records. Names the store in messages about damage.
  void read_batches(std::int64_t run, const ReadOptions& options, RunRecords& records) const;
  void unpack_batches(std::int64_t run, const ReadOptions& options, RunRecords& records) const;
  std::vector<StatsRow> stats(const std::vector<std::int64_t>& ids) const;
  std::map<std::string, std::string> environment(std::int64_t run) const;
  void read_classes(std::int64_t run, RunInfo& info, std::vector<std::int64_t>& counts) const;

  Database database;
};

}  // namespace lehr::store
