#pragma once

#include <filesystem>
#include <string>

#include "lehr/optim/schedule.hpp"
#include "lehr/train/learner.hpp"
#include "train_options.hpp"

namespace lehr::cli {

/// Repeats what lies between a run's last two checkpoints, on a Learner without callbacks so far, and
/// compares every tensor bit for bit. Returns a sentence that says they are equal; throws Error naming the
/// first tensor that differs, BadInput where there are no two checkpoints. Writes nothing to the run and its
/// logs.
std::string verify(Learner& learner, const TrainOptions& options, const schedules::RateAndMomentum& schedule,
                   const std::filesystem::path& checkpoints);

}  // namespace lehr::cli
