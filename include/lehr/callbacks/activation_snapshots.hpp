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
  int every_epochs = 1;                  ///< and after the last one
  std::filesystem::path folder = "activations";
  bool png = false;  ///< feature maps as pictures too
  /// Called when the disk does not take a snapshot, after which the fit goes on; prints on stderr by default.
  OnFailure on_failure{};
};

/// Saves what layers make of some samples as the training goes on: FOLDER/epoch-0001.safetensors, and with
/// `png` pictures in FOLDER/epoch-0001/. Each file appears whole or not at all.
class ActivationSnapshots final : public Callback {
 public:
  /// Throws BadInput where every_epochs is below 1 or there are no samples.
  explicit ActivationSnapshots(ActivationSnapshotsOptions options = {});
  std::string_view name() const override { return "ActivationSnapshots"; }
  /// Before Checkpoint: what a checkpoint has seen is on disk.
  int order() const override { return 95; }
  /// Throws BadInput where there is no such sample or layer, before the training begins.
  void before_fit(Learner& learner) override;
  void after_epoch(Learner& learner) override;

 private:
  ActivationSnapshotsOptions options_;
  DiskGuard guard_;
};

}  // namespace lehr
