#pragma once

#include <string>
#include <vector>

#include "lehr/store/layer_stats.hpp"

namespace lehr::report {

/// Thresholds of the health line. docs/report.md names their sources.
struct HealthThresholds {
  double loss = 1e3;      ///< a batch whose loss is at least this, or not finite, diverged
  double dead = 0.95;     ///< share of near-zero activations from which a layer is dead
  double large = 0.5;     ///< share of activations beyond `large_size` from which a layer is too large
  double large_size = 5;  ///< a multiple of MagnitudeHistogram::width
  double vanishing_ratio = 1e-3;  ///< norm of the first layer's gradient over that of the last one
  double vanishing_norm = 1e-4;   ///< of the first layer's gradient; both must be below
  double exploding_ratio = 70;    ///< first over last
  double slow_update = 1e-4;      ///< update over weight
  double fast_update = 0.1;       ///< update over weight
  int overfitting_epochs = 3;     ///< since the lowest validation loss
  double overfitting_rise = 0.1;  ///< of the validation loss, over its lowest value
};

/// What the records say about a training.
struct Health {
  std::vector<std::string> problems{};  ///< without capital and full stop, the most serious first
  std::string good{};                   ///< "healthy: ...", if there is no problem; empty: nothing to judge

  /// One line: the problems, or what is good.
  std::string line() const;
};

/// Layers are judged by medians over the last fifth of the training, updates by medians over the batches with
/// a high learning rate.
Health health_of(const store::RunRecords& run, const store::RecordedLayers& layers,
                 const HealthThresholds& thresholds = {});
Health health_of(const store::RunRecords& run);

}  // namespace lehr::report
