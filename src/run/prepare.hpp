#pragma once

#include <functional>
#include <string>

#include "lehr/run/train.hpp"

/// What train() and verify_run() do before a Learner is made.
namespace lehr::run {

ConfigTable table_of(const TrainHooks& hooks);
SetupOptions setup_of(const TrainHooks& hooks, std::function<void(const std::string&)> warn);

/// The configuration, checked; if it resumes a run, against the run's own, too.
TrainConfig prepared(TrainConfig config, const ConfigTable& table);
/// A run keeps absolute paths, because they mean the same from every folder.
void make_paths_absolute(TrainConfig& config, const ConfigTable& table);
/// Throws BadInput for output files that cannot be written, or would replace something else.
void check_outputs(const TrainConfig& config);

/// The store in a folder of runs.
std::filesystem::path store_in(const std::filesystem::path& runs);

}  // namespace lehr::run
