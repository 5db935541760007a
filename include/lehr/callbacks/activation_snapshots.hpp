#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/inference/activations.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct ActivationSnapshotsOptions {
  std::vector<std::int64_t> samples{0};  ///< of the validation set
  ActivationsOptions activations{};      ///< which layers, and how
  int every_epochs = 1;                  ///< the last epoch always has a snapshot
  std::filesystem::path folder = "activations";
  bool png = false;  ///< also saves feature maps as pictures
  /// Called if the disk does not take a snapshot. The fit then continues. Prints on stderr by
  /// default.
  OnFailure on_failure{};
};

/// Saves the outputs of layers for some samples during the training: FOLDER/epoch-0001.safetensors,
/// and with `png` also pictures in FOLDER/epoch-0001/. Each file appears whole or not at all.
class ActivationSnapshots final : public Callback {
 public:
  /// Throws BadInput if every_epochs < 1 or there are no samples.
  explicit ActivationSnapshots(ActivationSnapshotsOptions options = {});
  std::string_view name() const override { return "ActivationSnapshots"; }
  /// Runs before Checkpoint, so that the snapshots of all epochs in a checkpoint are on disk.
  int order() const override { return 95; }
  /// Throws BadInput before the training begins if a sample or a layer does not exist.
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;

 private:
  ActivationSnapshotsOptions options_;
  DiskGuard guard_;
};

}  // namespace lehr
