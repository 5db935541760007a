#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// What all ActivationStats of a Learner record, as one: the layers of all of them, and for each batch the
/// tensors of all that recorded it. If several record the same tensor of a batch, the first one counts.
class RecordedStats {
 public:
  /// Without any.
  RecordedStats() = default;
  /// Listens to all of them as long as this object exists, which must not move.
  explicit RecordedStats(Learner& learner);
  RecordedStats(const RecordedStats&) = delete;
  RecordedStats& operator=(const RecordedStats&) = delete;

  /// In the order of the forward pass, with what is known of their times by now. All layers of the model if
  /// no ActivationStats says which.
  std::vector<store::LayerInfo> layers(const Learner& learner) const;

  struct Batch {
    store::StepRow step;
    store::PackedStats stats;
  };
  /// What was recorded since the last call: one batch, or nothing.
  std::optional<Batch> take();
  /// Forgets it.
  void forget() { batch_.reset(); }

  bool empty() const { return sources_.empty(); }
  /// Counts time that recording takes from the training, for each of them in full.
  void add_cost(double seconds);
  /// Time for statistics over the rest of the training's: of all together at most this.
  double overhead() const;
  /// Batches that could have been recorded and those that were: of the one that recorded most.
  std::int64_t batches() const;
  std::int64_t records() const;
  /// Bytes that the series will take at most, from what they take after the first batches.
  std::int64_t expected_bytes(const Progress& progress) const;

 private:
  struct Source {
    ActivationStats* stats;
    std::vector<int> index{};  ///< of its layers, among all
    std::shared_ptr<const void> listening{};
  };
  const ActivationStats* fullest() const;
  void index_layers(const Learner& learner);
  void add(const Source& source, const store::StepRow& step, const store::PackedStats& stats);

  std::vector<Source> sources_;
  std::vector<store::LayerInfo> layers_;  // of all sources, if there is more than one
  std::optional<Batch> batch_;
};

}  // namespace lehr
