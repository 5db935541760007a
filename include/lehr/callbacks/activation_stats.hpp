#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/pimpl.hpp"
#include "lehr/store/layer_stats.hpp"
#include "lehr/store/packed_stats.hpp"
#include "lehr/store/run_records.hpp"
#include "lehr/train/callback.hpp"

namespace lehr {

struct ActivationStatsOptions {
  /// Records every n-th batch; 1 records every batch. 0: as often as the budget allows.
  std::int64_t every = 0;
  std::vector<std::string>
      /// Layer names, with * and ? for any text and any character. Empty: all layers.
      layers{};
  bool histograms = true;
  /// Also records gradients of activations, weights, their gradients as the step uses them, and
  /// updates.
  bool gradients = false;
  /// Also records histograms of weights, their gradients and updates. Without it, only their
  /// numbers are recorded.
  bool weight_histograms = false;
  /// Also counts the zero, near-zero and saturated values of each channel of the activations
  /// (LayerStats::activation: channels, dead_channels).
  bool channels = false;
  bool validation = false;  ///< also records batches of the validation set
  /// Records outputs before the activation function, which is then not fused.
  bool before_activation = false;
  float near_zero = 0.05F;
  /// Highest share of the training time that recording may take; 0: no limit. If it is not set, it
  /// is 0.05 if `every` is 0, and otherwise there is no limit. With a limit, it depends on the
  /// speed of the machine which batches are recorded. The training itself never depends on it.
  std::optional<double> budget{};
  /// Maximum number of recorded batches in memory. Beyond it, every other one is dropped.
  std::size_t most_points = 1000;
};

/// Records the outputs of every layer batch by batch: mean, std, extremes, near-zero shares and
/// histograms. The plan computes them in the step that produces the outputs, or right after it.
/// Memory is bounded: a long series drops every other batch, except those with the extremes of each
/// layer. A Learner may have several, with labels, each with its own layers, batches and
/// statistics. Source: fastai's ActivationStats.
class ActivationStats final : public Callback {
 public:
  /// Throws BadInput if an option is out of range.
  explicit ActivationStats(ActivationStatsOptions options = {});
  ~ActivationStats() override;
  ActivationStats(ActivationStats&&) noexcept;
  ActivationStats& operator=(ActivationStats&&) noexcept;

  std::string_view name() const override { return "ActivationStats"; }
  /// Runs before callbacks that record and show statistics.
  int order() const override { return -10; }
  void before_fit(Learner& learner) override;
  void before_train(Learner& learner) override;
  void before_batch(Learner& learner) override;
  void after_batch(Learner& learner) override;
  void after_train(Learner& learner) override;
  void before_validate(Learner& learner) override;
  void after_validate(Learner& learner) override;
  void clean_up(Learner& learner) override;
  void save_state(CallbackState& state) const override;
  void load_state(const CallbackState& state) override;

  std::span<const LayerStats> layers() const;
  /// The layer whose first node has this name. Throws BadInput with the nearest name if there is
  /// none.
  const LayerStats& layer(std::string_view name) const;
  /// The recorded batches. The entries of all series belong to them.
  std::span<const store::StepRow> points() const;
  /// Time for measuring and recording, divided by the rest of the training time. It includes
  /// measuring the batches that this callback records (for all readers of these batches), keeping
  /// and packing the results, and the processor time of a RunRecorder's thread unless there are
  /// more cores than training threads. It does not include what the steps of the training lose to
  /// colder caches.
  double overhead() const;
  /// The limit for overhead(); 0 if there is none. The first record may exceed it.
  double budget() const;
  /// The number of batches that could have been recorded, and the number that were. The second is
  /// lower if `every` or the budget requires it.
  std::int64_t batches() const;
  std::int64_t records() const;

  /// Calls `sink` with every recorded batch that enters the series, as long as the returned object
  /// exists. Thinning may later remove the batch from the series. Any number of sinks may listen.
  /// Throws BadInput if the sink is empty.
  using Sink = std::function<void(const store::StepRow&, const store::PackedStats&)>;
  [[nodiscard]] std::shared_ptr<const void> listen(Sink sink);
  /// Counts time that another callback spends on the recorded data, and that the training loses.
  void add_cost(double seconds);

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
