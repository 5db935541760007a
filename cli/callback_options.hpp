#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "command.hpp"
#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/train/learner.hpp"

namespace lehr::cli {

/// Callbacks that the command line offers.
struct CallbackOptions {
  std::string monitor = "valid_loss";
  std::optional<int> early_stopping;     ///< patience
  std::optional<int> reduce_on_plateau;  ///< patience
  double plateau_factor = 0.1;
  bool save_best = false;
  std::int64_t accumulate = 1;
  std::optional<double> clip_norm;
  std::optional<double> clip_value;
  std::optional<double> clip_adaptive;
  std::optional<double> ema;  ///< decay
  std::optional<double> mixup;
  std::optional<double> cutmix;
  double time_limit = 0;  ///< minutes; 0 none
  std::string csv;
  std::string jsonl;
  bool trace_events = false;
  std::int64_t checkpoint_batches = 0;
  double checkpoint_minutes = 0;
  int checkpoint_epochs = 1;
  int keep_checkpoints = 2;
  bool require_checkpoints = false;
};

void add_callback_options(const Command& app, CallbackOptions& options);

/// Adds what was asked for, with files in `folder` (none if it is empty); `warn` is called for each file that
/// a full disk does not take. Throws BadInput for options that contradict each other.
void add_callbacks(Learner& learner, const CallbackOptions& options, const std::filesystem::path& folder,
                   const OnFailure& warn);

}  // namespace lehr::cli
