#pragma once

#include <filesystem>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::run {

/// Throws BadInput if callbacks exclude each other, or if the Learner will not have a callback's
/// metric.
void check_callbacks(const Learner& learner, const TrainConfig& config);

/// Adds the callbacks of a configuration. Their files are in `folder`; if it is empty, they write
/// none. `warn` is called for each file that cannot be written because the disk is full.
void add_callbacks(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn);
void add_statistics(Learner& learner, const TrainConfig& config);
void add_snapshots(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn);

}  // namespace lehr::run
