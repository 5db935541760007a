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
  std::int64_t every_batches = 0;  ///< training batches; 0: not by batches
  double every_minutes = 0;        ///< 0: not by time
  int every_epochs = 1;            ///< 0: not by epochs
  int keep = 2;                    ///< the last so many stay; 0: all
  /// End the fit if the disk does not take a checkpoint, also if there is an earlier one.
  bool stop_on_failure = false;
  /// Called when a checkpoint could not be written and the fit goes on; prints on stderr by default.
  OnFailure on_failure{};
};

/// Writes checkpoints from which a fit can go on, bit for bit: at the intervals asked for, and if a stop is
/// requested. Names sort by progress: "step-000000001234.safetensors". An older one is removed only after a
/// newer one is whole on disk.
///
/// If the disk does not take a checkpoint, the fit goes on as long as there is an earlier one, and tries
/// again when the next one is due. Without an earlier one the fit ends with DiskError.
class Checkpoint final : public Callback {
 public:
  /// Throws BadInput where a setting is negative.
  explicit Checkpoint(CheckpointOptions options = {});
  std::string_view name() const override { return "Checkpoint"; }
  /// Last, so that it saves what all others have done.
  int order() const override { return 100; }
  void before_fit(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void before_stop(Learner& learner) override;
  void after_epoch(Learner& learner) override;

  /// The last one written; empty before the first.
  const std::filesystem::path& last() const { return last_; }
  /// Why the last attempt to write one failed; empty if it did not.
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

/// What a checkpoint written now would be called.
std::string checkpoint_name(const Learner& learner);

/// The checkpoints of a folder, newest first. Empty where there is no such folder.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);

}  // namespace lehr
