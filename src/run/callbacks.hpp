#pragma once

#include <filesystem>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/run/train_config.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::run {

/// Throws BadInput for callbacks that exclude each other, or whose metric the Learner will not have.
void check_callbacks(const Learner& learner, const TrainConfig& config);

/// Adds the callbacks of a configuration, with files in `folder` (none if it is empty). `warn` is called for
/// each file that a full disk does not take.
void add_callbacks(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn);
void add_statistics(Learner& learner, const TrainConfig& config);
void add_snapshots(Learner& learner, const TrainConfig& config, const std::filesystem::path& folder,
                   const OnFailure& warn);

}  // namespace lehr::run
