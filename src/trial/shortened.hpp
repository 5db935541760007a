#pragma once

#include <cstdint>

#include "lehr/run/train_config.hpp"

namespace lehr::trial {

/// How a training is made shorter: the same share of its epochs, and of the batches of each epoch.
struct Shortening {
  double epochs = 1;
  double batches = 1;  ///< of an epoch
};

/// The batches of an epoch with this many pictures.
std::int64_t batches_of_epoch(const TrainConfig& config, std::int64_t pictures);

/// How to give a training about so many batches. Keeps up to ten epochs, so that schedules, warm-ups and
/// callbacks that count epochs keep their shape. 1 and 1 if the training is not longer.
Shortening shortening_to(std::int64_t batches, const TrainConfig& config, std::int64_t pictures);

/// The training with that share of its epochs and batches. What it counts in epochs shrinks along.
TrainConfig shortened(TrainConfig config, const Shortening& by, std::int64_t pictures);

}  // namespace lehr::trial
