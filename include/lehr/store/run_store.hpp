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

/// Of the tables. A store of an older version is upgraded when it is opened; one of a newer version is
/// refused.
inline constexpr int schema_version = 2;

/// NULL, integer, real, text; a blob is text in hexadecimal.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct ReadOptions {
  /// Batches with statistics that are read, spread evenly over the training, beside those with each layer's
  /// extremes; fewer where a network has so many layers that they would fill the memory; 0 all.
  std::size_t most_steps = 1000;
  bool pictures = true;
};

/// The first place at which two runs differ.
struct RunDifference {
  std::int64_t step = 0;
  int epoch = 0;
  std::int64_t batch = 0;
  bool training = true;
  std::string layer{};   ///< empty: the batch as a whole
  std::string tensor{};  ///< "activation", "weight_gradient", ...
  std::string statistic{};
  double a = 0;  ///< NaN where the statistic is a histogram
  double b = 0;
};

struct RunComparison {
  std::optional<RunDifference> first{};
  std::int64_t common = 0;  ///< batches that both recorded
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
};

/// The runs of one store, to be read. Also while others write to it. All throw BadInput where the file is
/// damaged.
class RunStore {
 public:
  /// Upgrades a store of an older version; if the file cannot be written, a temporary copy of it. Throws
  /// BadInput if the file is missing, damaged, locked, no run store or of a newer version.
  explicit RunStore(const std::filesystem::path& file);
  ~RunStore();
  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;

  /// By time, oldest first. A run whose process is gone counts as interrupted.
  std::vector<RunInfo> runs() const;
  /// Throws BadInput where there is none of that name.
  RunInfo run(const std::string& id) const;
  std::vector<EpochRow> epochs(const std::string& id) const;
  std::vector<LayerInfo> layers(const std::string& id) const;
  /// By callback and metric.
  std::vector<MonitorRow> monitors(const std::string& id) const;
  /// Every batch's loss and rates.
  std::vector<StepRow> steps(const std::string& id) const;
  /// All that a report needs.
  RunRecords read(const std::string& id, const ReadOptions& options = {}) const;
  /// The first batch, layer (in the order of the forward pass) and statistic that differ by a bit.
  RunComparison compare(const std::string& a, const std::string& b) const;

  /// Runs one statement that changes nothing; `row` is called with the columns' names and values, and ends
  /// the query by returning false. Throws BadInput with SQLite's reason, and for statements that would write.
  using RowAction = std::function<bool(std::span<const std::string>, std::span<const Value>)>;
  void query(const std::string& sql, const RowAction& row) const;
  /// The columns' names of such a statement.
  std::vector<std::string> columns(const std::string& sql) const;

 private:
  struct State;
  detail::Pimpl<State> state_;
};

/// Throws BadInput if a run could not be recorded there, were there space on the disk: the file is no store
/// that this program can write to, or its folder cannot be made; or the store has a run of that ID that is
/// done and not resumed, or that another training is recording. Makes nothing; upgrades an
/// older store.
void check_run_store(const std::filesystem::path& file, const std::string& id = {},
                     const ResumedAt& resumed = {});
/// Takes runs out of a store, and gives the space back to the system. Names that it does not hold are passed
/// over.
void remove_runs(const std::filesystem::path& file, std::span<const std::string> ids);

}  // namespace lehr::store
