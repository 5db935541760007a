#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "lehr/optim/schedule.hpp"
#include "lehr/train/learner.hpp"
#include "model_options.hpp"

namespace lehr::cli {

/// What `lehr train` was asked for.
struct TrainOptions {
  std::string data = "digits";
  ModelOptions model;
  std::string schedule = "one-cycle";
  std::string optimizer = "adam";
  double lr = 0.01;
  std::optional<double> momentum;      ///< nothing: the optimizer's own, or the schedule's
  std::optional<double> weight_decay;  ///< nothing: the optimizer's own
  std::int64_t epochs = 5;
  LearnerOptions learner;  ///< all but the optimizer, which resolve_optimizer() fills
  std::filesystem::path out = "runs";
  bool save = true;
  bool json = false;
  bool quiet = false;
};

void add_train_options(CLI::App& app, TrainOptions& options);

/// Learning rate and momentum that the options ask for. Throws BadInput for an unknown schedule, and where
/// --momentum contradicts it.
schedules::RateAndMomentum make_schedule(const TrainOptions& options);

/// The optimizer that the options ask for. Throws BadInput for an unknown name.
OptimizerSpec make_optimizer(const TrainOptions& options);

}  // namespace lehr::cli
