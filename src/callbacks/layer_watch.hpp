#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/graph/layers.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// The layers of a Learner's model that options ask for, and what is needed to measure them.
class LayerWatch {
 public:
  /// Throws BadInput where a pattern fits no layer.
  LayerWatch(const ActivationStatsOptions& options, const Learner& learner);

  /// What the plans are to measure: for each layer its output and, where gradients are asked for, that one's
  /// gradient.
  std::vector<ProbeSpec> probes() const;
  std::vector<LayerStats> empty_series() const;
  std::size_t size() const { return layers_.size(); }

  /// From what the plan of a batch measured.
  const TensorStats& activation(std::span<const TensorStats> probed, std::size_t layer) const {
    return probed[layer * per_layer()];
  }
  const TensorStats& activation_gradient(std::span<const TensorStats> probed, std::size_t layer) const {
    return probed[layer * per_layer() + 1];
  }

  /// Measures weights and their gradients, and keeps a copy of the weights for measure_updates.
  void measure_weights(const Parameters& parameters);
  void measure_updates(const Parameters& parameters);
  /// Forgets what was measured: the next batch may make no step.
  void forget_weights();
  struct WeightStats {
    TensorStats weight;
    TensorStats gradient;
    TensorStats update;
  };
  const WeightStats& weights(std::size_t layer) const { return weights_[layer]; }

  /// Adds the times of the steps of one batch to the layers'.
  void add_times(const Plan& plan, std::vector<LayerStats>& series);

 private:
  struct WatchedWeight {
    std::size_t layer;
    ParameterEntry entry;
    std::unique_ptr<TensorProbe> value;
    std::unique_ptr<TensorProbe> gradient;
    std::unique_ptr<TensorProbe> update;
  };
  void watch_weight(std::size_t layer, const Learner& learner);

  std::size_t per_layer() const { return options_.gradients ? 2 : 1; }
  NodeId watched(const Layer& layer) const {
    return options_.before_activation ? layer.before_activation : layer.output();
  }

  ActivationStatsOptions options_;
  std::vector<Layer> layers_;
  std::vector<store::LayerInfo> infos_;
  std::vector<WatchedWeight> watched_weights_;
  std::vector<WeightStats> weights_;  // by layer; of those without a weight, nothing is measured
  Buffer before_;                     // the weights before the step
  std::int64_t timed_ = 0;
};

}  // namespace lehr
