#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lehr/core/pimpl.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr::store {

/// The version of the tables. A store of an older version is upgraded when it is opened. A store of
/// a newer version is rejected.
inline constexpr int schema_version = 3;

/// NULL, integer, real, or text. A blob is returned as hexadecimal text.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct ReadOptions {
  /// How many batches with statistics to read, spread evenly over the training. Batches with a layer's
  /// extreme values are read in addition. Fewer are read if the network has so many layers that they would
  /// not fit in memory. 0 reads all.
  std::size_t most_steps = 1000;
  bool pictures = true;
  /// How many training batches' losses to read at most, spread evenly over the training. The others are not
  /// looked at, so that a run of millions of batches is read in a fraction of a second; statistics are then
  /// read without extreme values. 0 reads all.
  std::size_t most_losses = 0;
};

/// The first place at which two runs differ.
struct RunDifference {
  std::int64_t step = 0;
  int epoch = 0;
  std::int64_t batch = 0;
  bool training = true;
  std::string layer{};   ///< empty: the values of the batch itself
  std::string tensor{};  ///< "activation", "weight_gradient", ...
  std::string statistic{};
  double a = 0;  ///< NaN if the statistic is a histogram
  double b = 0;
};

struct RunComparison {
  std::optional<RunDifference> first{};
  std::int64_t common = 0;  ///< batches that both runs recorded
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
};

/// Reads the runs of one store, also while other processes write to it. All functions throw BadInput if the
/// file is damaged.
class RunStore {
 public:
  /// Upgrades a store of an older version. If the file is not writable, a temporary copy is upgraded instead.
  /// Throws BadInput if the file is missing, damaged, locked, not a run store or of a newer version.
  explicit RunStore(const std::filesystem::path& file);
  ~RunStore();
  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;

  /// All runs by time, oldest first. A run whose process no longer exists counts as interrupted.
  std::vector<RunInfo> runs() const;
  /// Throws BadInput if there is no run with that ID.
  RunInfo run(const std::string& id) const;
  std::vector<EpochRow> epochs(const std::string& id) const;
  std::vector<LayerInfo> layers(const std::string& id) const;
  /// Sorted by callback and metric.
  std::vector<MonitorRow> monitors(const std::string& id) const;
  /// Loss and rates of every batch.
  std::vector<StepRow> steps(const std::string& id) const;
  /// Reads everything that a report needs.
  RunRecords read(const std::string& id, const ReadOptions& options = {}) const;
  /// Finds the first batch, layer (in the order of the forward pass) and statistic that are not bitwise
  /// equal.
  RunComparison compare(const std::string& a, const std::string& b) const;

  /// Runs one read-only statement. `row` is called with the columns' names and values of each row; if it
  /// returns false, the query ends. Throws BadInput with SQLite's reason, and for statements that write.
  using RowAction = std::function<bool(std::span<const std::string>, std::span<const Value>)>;
  void query(const std::string& sql, const RowAction& row) const;
  /// The column names of such a statement.
  std::vector<std::string> columns(const std::string& sql) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

/// Throws BadInput if a run cannot be recorded in this store, apart from a lack of disk space: the file is
/// not a store to which this program can write; its folder cannot be made; or the store already has a run
/// with that ID that is done and not resumed, or that another training is recording. Makes no file. Upgrades
/// an older store.
void check_run_store(const std::filesystem::path& file, const std::string& id = {},
                     const ResumedAt& resumed = {});
/// Removes runs from a store and returns the space to the system. Ignores IDs that the store does not
/// contain.
void remove_runs(const std::filesystem::path& file, std::span<const std::string> ids);

}  // namespace lehr::store
