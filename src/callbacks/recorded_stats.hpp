#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// What all ActivationStats of a Learner record, combined: the layers of all of them, and for each
/// batch the tensors of all that recorded it. If several record the same tensor of a batch, the
/// first one counts.
class RecordedStats {
 public:
  /// Makes an object that records nothing.
  RecordedStats() = default;
  /// Listens to all of them during its lifetime. This object must not move.
  explicit RecordedStats(Learner& learner);
  RecordedStats(const RecordedStats&) = delete;
  RecordedStats& operator=(const RecordedStats&) = delete;

  /// In the order of the forward pass, with the times that are known so far. All layers of the
  /// model if there is no ActivationStats.
  std::vector<store::LayerInfo> layers(const Learner& learner) const;

  struct Batch {
    store::StepRow step;
    store::PackedStats stats;
  };
  /// Returns what was recorded since the last call: one batch, or nothing.
  std::optional<Batch> take();
  /// Discards what was recorded since the last take().
  void forget() { batch_.reset(); }

  bool empty() const { return sources_.empty(); }
  /// Counts time that recording takes from the training. All of it is added to each of them.
  void add_cost(double seconds);
  /// Time for statistics divided by the rest of the training time. This is an upper bound for all
  /// of them together.
  double overhead() const;
  /// Batches that could have been recorded and batches that were, of the one that recorded most.
  std::int64_t batches() const;
  std::int64_t records() const;
  /// The maximum bytes of the series, estimated from their size after the first batches.
  std::int64_t expected_bytes(const Progress& progress) const;

 private:
  struct Source {
    ActivationStats* stats;
    std::vector<int> index{};  ///< the number of each of its layers among all layers
    std::shared_ptr<const void> listening{};
  };
  const ActivationStats* with_most_records() const;
  void index_layers(const Learner& learner);
  void add(const Source& source, const store::StepRow& step, const store::PackedStats& stats);

  std::vector<Source> sources_;
  std::vector<store::LayerInfo> layers_;  // of all sources, if there is more than one
  std::optional<Batch> batch_;
};

}  // namespace lehr
