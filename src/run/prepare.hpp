#pragma once

#include <functional>
#include <string>

#include "lehr/run/train.hpp"

/// What train() and verify_run() do before they make a Learner.
namespace lehr::run {

ConfigTable table_of(const TrainHooks& hooks);
SetupOptions setup_of(const TrainHooks& hooks, std::function<void(const std::string&)> warn);

/// Checks the configuration and returns it as runs record it, except for paths. If it resumes a run,
/// it is also compared with the run's own configuration.
TrainConfig prepared(TrainConfig config, const ConfigTable& table, const TrainHooks& hooks);
/// Runs record absolute paths, because they mean the same from every folder.
void make_paths_absolute(TrainConfig& config, const ConfigTable& table);
/// Throws BadInput if an output file cannot be written or would replace something else.
void check_outputs(const TrainConfig& config);

/// The key in the environment of a study's run under which it records description_of its data.
inline constexpr const char* data_key = "data";
/// Both sets, with their checksums.
std::string description_of(const DataSplits& data);

/// Whether a run recorded as its data or model that its program gave them (TrainHooks).
bool is_given_by_program(const std::string& recorded);

/// The store in a folder of runs.
std::filesystem::path store_in(const std::filesystem::path& runs);

}  // namespace lehr::run
