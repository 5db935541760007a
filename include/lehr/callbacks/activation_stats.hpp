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
  /// Batches from one record to the next: 1 records every batch. 0: as often as the budget allows.
  std::int64_t every = 0;
  std::vector<std::string>
      layers{};  ///< names, with * and ? for any text and any character; empty: all layers
  bool histograms = true;
  /// Also gradients of activations, weights, their gradients as the step uses them, and updates.
  bool gradients = false;
  /// Histograms of weights, their gradients and updates too; without them their numbers alone.
  bool weight_histograms = false;
  /// Also the zero, near-zero and saturated values of each channel of the activations
  /// (LayerStats::activation: channels, dead_channels).
  bool channels = false;
  bool validation = false;         ///< also batches of the validation set
  bool before_activation = false;  ///< outputs before the activation function; it is then not fused
  float near_zero = 0.05F;
  /// Highest share of the training time that recording may take, 0 for no limit. Without a value it is 0.05
  /// if `every` is 0, else there is no limit. Which batches are recorded under a limit depends on how fast
  /// the machine is; the training itself never does.
  std::optional<double> budget{};
  std::size_t most_points = 1000;  ///< recorded batches kept in memory; of more, every other one goes
};

/// Records the outputs of every layer batch by batch: mean, std, extremes, near-zero shares and histograms,
/// measured by the plan in or right after the step that produces them. Memory is bounded: a long series drops
/// every other batch, except those with the extremes of each layer. A Learner may have several, with labels,
/// each with its own layers, batches and statistics. Source: fastai's ActivationStats.
class ActivationStats final : public Callback {
 public:
  /// Throws BadInput where an option is out of range.
  explicit ActivationStats(ActivationStatsOptions options = {});
  ~ActivationStats() override;
  ActivationStats(ActivationStats&&) noexcept;
  ActivationStats& operator=(ActivationStats&&) noexcept;

  std::string_view name() const override { return "ActivationStats"; }
  /// Before what records and shows statistics.
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
  /// By the name of its first node; throws BadInput with the nearest name.
  const LayerStats& layer(std::string_view name) const;
  /// The recorded batches, to which the entries of all series belong.
  std::span<const store::StepRow> points() const;
  /// Time for measuring and recording over the rest of the training time. It counts the measuring of the
  /// batches that it records (for all readers of these batches), keeping and packing, and the processor time
  /// of a RunRecorder's thread unless there are more cores than threads that train. It does not count what
  /// the training's own steps lose to colder caches.
  double overhead() const;
  /// The limit in force for overhead(); 0: none. The first record may take more.
  double budget() const;
  /// Batches that could have been recorded, and those that were: fewer if `every` or the budget wants it so.
  std::int64_t batches() const;
  std::int64_t records() const;

  /// Calls `sink` with every recorded batch that enters the series (thinning may take it away there later),
  /// as long as what this returns exists. Any number of sinks may listen. Throws BadInput if the sink is
  /// empty.
  using Sink = std::function<void(const store::StepRow&, const store::PackedStats&)>;
  [[nodiscard]] std::shared_ptr<const void> listen(Sink sink);
  /// Counts time that somebody else spends on what is recorded, and takes from the training.
  void add_cost(double seconds);

 private:
  struct State;
  detail::Pimpl<State> state_;
};

}  // namespace lehr
