#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/callbacks/disk_guard.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct CheckpointOptions {
  std::filesystem::path folder = "checkpoints";
  std::int64_t every_batches = 0;  ///< training batches between checkpoints; 0: off
  double every_minutes = 0;        ///< minutes between checkpoints; 0: off
  int every_epochs = 1;            ///< epochs between checkpoints; 0: off
  int keep = 2;                    ///< how many of the newest checkpoints to keep; 0: all
  /// Ends the fit if a checkpoint cannot be written because of the disk (DiskError), even if there is
  /// an earlier one.
  bool stop_on_failure = false;
  /// Called if a checkpoint could not be written and the fit continues. Prints to stderr by default.
  OnFailure on_failure{};
};

/// Writes checkpoints from which a fit can be resumed bit for bit: at the chosen intervals, and if a stop is
/// requested. The names sort by progress: "step-000000001234.safetensors". An older checkpoint is removed
/// only when a newer one is completely on disk.
///
/// If a checkpoint cannot be written because of the disk (DiskError), the fit continues as long as there is
/// an earlier checkpoint, and tries again at the next interval. If there is no earlier one, the fit ends with
/// DiskError.
class Checkpoint final : public Callback {
 public:
  /// Throws BadInput if a setting is negative.
  explicit Checkpoint(CheckpointOptions options = {});
  std::string_view name() const override { return "Checkpoint"; }
  /// Runs last, so that it saves the results of all other callbacks.
  int order() const override { return 100; }
  void before_fit(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_stop(Learner& learner) override;
  void after_epoch(Learner& learner) override;

  /// The last checkpoint written; empty before the first.
  const std::filesystem::path& last() const { return last_; }
  /// Why the last attempt to write one failed; empty if it succeeded.
  const std::string& failure() const { return guard_.failure(); }

 private:
  void save(const Learner& learner);
  bool write(const Learner& learner, const std::filesystem::path& file);
  void remove_old() const;
  bool due(const Learner& learner) const;

  CheckpointOptions options_;
  DiskGuard guard_;
  Stopwatch since_saved_;
  std::filesystem::path last_;
};

/// The file name of a checkpoint written now.
std::string checkpoint_name(const Learner& learner);

/// Where in a training a checkpoint was written, as its name says.
struct CheckpointPlace {
  std::int64_t batches = 0;  ///< training batches before it
  bool epoch_done = false;   ///< the last of them ended an epoch
};
/// Throws BadInput if the file has no such name.
CheckpointPlace checkpoint_place(const std::filesystem::path& file);

/// The checkpoints in a folder, newest first. Empty if the folder does not exist.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

}  // namespace lehr
