#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "lehr/store/run_store.hpp"

/// Runs of a store as text for people and as JSON for programs.
namespace lehr::cli {

/// A run with its epochs.
struct RunResult {
  store::RunInfo info;
  std::vector<store::EpochRow> epochs;
  std::vector<store::MonitorRow> monitors{};  ///< only read for `show`
};

std::string runs_text(std::span<const RunResult> runs, std::size_t columns = 0);
/// `columns` is as in table() (text_table.hpp).
std::string run_text(const RunResult& run, std::span<const store::LayerInfo> layers, std::size_t columns = 0);
/// The options that differ, and the results side by side.
std::string comparison_text(std::span<const RunResult> runs, std::size_t columns = 0);
/// `a` and `b` are the names of the runs.
std::string difference_text(const store::RunComparison& comparison, const std::string& a,
                            const std::string& b);

nlohmann::ordered_json run_json(const RunResult& run);
nlohmann::ordered_json epoch_json(const store::EpochRow& epoch);
nlohmann::ordered_json difference_json(const store::RunComparison& comparison);

}  // namespace lehr::cli
