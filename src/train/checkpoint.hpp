#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lehr/core/tensor.hpp"
#include "lehr/store/safetensors.hpp"
#include "train/learner_state.hpp"
#include "train/training_identity.hpp"

namespace lehr {

/// A checkpoint as read from its file: a saved model with additional contents. Tensors
/// "lehr.optimizer.0" or "lehr.optimizer.NAME" are the optimizer's states in memory order. Tensors
/// "lehr.callback.<key>.<name>" are the arrays and tables of callbacks. The rest is JSON in the
/// metadata under "lehr.training".
struct CheckpointContents {
  store::SafeTensors file;
  TrainingIdentity identity;
  FitPosition position;
  std::optional<Scope> cancelled;  ///< the part that a callback cancelled; the resumed fit leaves it too
  Ending ending;                   ///< the reason, if that part is the fit
  std::int64_t epochs_done = 0;
  std::int64_t steps = 0;
  std::int64_t train_batches = 0;
  std::int64_t optimizer_steps = 0;
  double train_seconds = 0;
  double loss = 0;
  double lr = 0;
  MetricSums::Sums train_sums;
  std::map<std::string, double> epoch_values;
  std::vector<EpochRecord> history;
  std::vector<ParameterGroup> groups;
  std::map<std::string, CallbackState> callbacks;
};

void write_checkpoint(const std::filesystem::path& file, const LearnerState& state);

/// Throws BadInput with the file and what is wrong with it: not a checkpoint, another format, damaged.
CheckpointContents read_checkpoint(const std::filesystem::path& file);

/// Restores everything except the callbacks' states. Throws BadInput if the checkpoint is of another
/// training.
void restore(LearnerState& state, const CheckpointContents& contents);

}  // namespace lehr
