#pragma once

#include <vector>

#include "callbacks/saturation.hpp"
#include "lehr/callbacks/activation_stats.hpp"
#include "lehr/graph/layers.hpp"
#include "lehr/train/learner.hpp"
#include "lehr/train/stats_subscription.hpp"

namespace lehr {

/// The layers of a Learner's model that the options select, and which of their tensors are
/// measured.
class LayerWatch {
 public:
  /// Throws BadInput if a pattern matches no layer.
  LayerWatch(const ActivationStatsOptions& options, const Learner& learner);

  /// A tensor of one of the layers.
  struct Tensor {
    std::size_t layer;
    store::Watched what;
  };
  /// For each layer: its output and, if gradients are recorded, the output's gradient, the weight,
  /// the weight's gradient and the weight's update.
  std::span<const Tensor> tensors() const { return tensors_; }
  /// For Learner::subscribe, in the order of tensors().
  std::vector<StatsRequest> requests() const;
  std::vector<LayerStats> empty_series() const;

  /// Adds the times of one batch's steps to the layers' times.
  void add_times(const Plan& plan, std::vector<LayerStats>& series);

 private:
  NodeId watched(const Layer& layer) const {
    return options_.before_activation ? layer.before_activation : layer.output();
  }
  StatsSpec spec_of(const Tensor& tensor) const;
  StatsRequest request_of(const Tensor& tensor) const;

  ActivationStatsOptions options_;
  std::vector<Layer> layers_;
  std::vector<store::LayerInfo> infos_;
  std::vector<SaturationBounds> bounds_;  // by layer
  std::vector<Tensor> tensors_;
  std::int64_t timed_ = 0;
};

}  // namespace lehr
