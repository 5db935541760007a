#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "callback_options.hpp"
#include "command.hpp"
#include "lehr/optim/schedule.hpp"
#include "lehr/train/learner.hpp"
#include "model_options.hpp"
#include "snapshot_options.hpp"
#include "stats_options.hpp"

namespace lehr::cli {

/// What `lehr train` was asked for.
struct TrainOptions {
  std::string data = "digits";
  std::uint64_t data_seed = 0;  ///< of generated data
  ModelOptions model;
  std::string schedule = "one-cycle";
  std::string optimizer = "adam";
  double lr = 0.01;
  bool find_lr = false;                ///< lr is what the finder suggests
  double warm_up = 0;                  ///< epochs in which the rate rises before the schedule begins
  std::optional<double> momentum;      ///< nothing: the optimizer's own, or the schedule's
  std::optional<double> weight_decay;  ///< nothing: the optimizer's own
  std::optional<double> decoupled_decay;
  double l1 = 0;
  std::int64_t epochs = 5;
  LearnerOptions learner;  ///< all but the optimizer, which resolve_optimizer() fills
  CallbackOptions callbacks;
  StatsOptions stats;
  SnapshotOptions snapshots;
  std::vector<std::string> metrics;  ///< names, beside loss and accuracy
  std::string config;                ///< a file, whose options are in place already
  std::string recipe;                ///< likewise
  std::string resume;                ///< a run or a checkpoint
  bool verify = false;
  std::filesystem::path out = "runs";
  std::string name;              ///< of the run, for people
  bool require_records = false;  ///< stop where the run store cannot be written
  bool save = true;
  bool json = false;
  bool quiet = false;
};

void add_train_options(const Command& app, TrainOptions& options);
/// Of these, what decides data, network, loss and optimizer.
void add_setup_options(const Command& app, TrainOptions& options);
/// The Learner of these options. Throws BadInput where they do not fit each other.
std::unique_ptr<Learner> make_learner(const TrainOptions& options);

/// Options whose values hold paths.
std::vector<std::string> path_options();
/// Makes the paths in the options absolute, for the configuration that a run keeps: it means the same from
/// every folder.
void make_paths_absolute(TrainOptions& options, const Command& command);

/// Options that say nothing about the training itself, which a saved configuration leaves out.
std::vector<std::string> reporting_options();

/// Learning rate and momentum that the options ask for, for a training of so many steps. Throws BadInput for
/// an unknown schedule, and if --momentum contradicts it.
schedules::RateAndMomentum make_schedule(const TrainOptions& options, std::int64_t steps);

/// The optimizer that the options ask for. Throws BadInput for an unknown name.
OptimizerSpec make_optimizer(const TrainOptions& options);

}  // namespace lehr::cli
