#pragma once

#include <string>

#include "command.hpp"
#include "lehr/run/train_config.hpp"

/// `lehr diagnose --checks`: quick checks of a training before it begins.
namespace lehr::cli {

struct ChecksLine {
  bool asked = false;
  std::string names;  ///< "loss,overfit"; empty: all
  TrainConfig config;
  std::string recipe;
};

/// Adds --checks and the options of a training. `line` must outlive the command.
void add_checks(const Command& command, ChecksLine& line);
/// Throws BadInput if an option of a training is given without --checks.
void check_checks(const ChecksLine& line);
/// The training that the options mean.
TrainConfig training_of(const ChecksLine& line);
/// Runs the checks of a training and prints them. Returns the exit status: 1 if one failed.
int run_checks(const TrainConfig& config, const ChecksLine& line, bool json, bool quiet);

}  // namespace lehr::cli
