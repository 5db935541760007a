#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "lehr/data/batch.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/loss.hpp"

namespace lehr {

/// A classifier's graph with its loss behind it, and one plan for each batch size and mode that came up: the
/// last batch of an epoch may be shorter than the others. The plans take turns in one memory. When the thread
/// count has changed, they are made anew.
class PlanCache {
 public:
  /// model is a graph from one input of images to (N, classes) scores. Keeps a reference to parameters.
  PlanCache(const Graph& model, std::shared_ptr<const Loss> loss, Parameters& parameters, std::uint64_t seed);

  Plan& plan(std::int64_t batch_size, Mode mode) { return plan(batch_size, mode, false); }

  // One batch: predict, then loss, then in training mode backward.
  /// Scores (size, classes), row by row; valid until the next batch.
  std::span<const float> predict(const Batch& batch, Mode mode, std::uint64_t step);
  /// Replaces the scores before loss().
  void set_scores(std::span<const float> scores);
  /// Mean over the batch.
  double loss();
  /// The loss counts times factor.
  void backward(double factor);

  /// From now on the parameters of these nodes get no gradient.
  void freeze(std::vector<NodeId> nodes);

  /// From now on plans can measure these tensors. Gradients are measured in training only.
  void watch(std::vector<ProbeSpec> probes);
  /// Which of them the next batches measure (none if empty), and whether they time their steps.
  void measure(const std::vector<bool>& wanted, bool times) {
    measured_ = wanted;
    timing_ = times;
  }
  /// The plan of the present batch; null before the first.
  Plan* current() const { return current_; }

  std::size_t memory_held() const { return room_->bytes(); }

  const Graph& graph() const { return hard_.graph; }
  NodeId scores_node() const { return scores_; }

 private:
  Plan& plan(std::int64_t batch_size, Mode mode, bool soft);
  void bind(const Batch& batch);
  /// The graph with the loss on such targets.
  const LossGraph& loss_graph(bool soft);

  NodeId images_ = 0;
  NodeId scores_ = 0;
  Parameters& parameters_;
  std::uint64_t seed_;
  Graph model_;
  std::shared_ptr<const Loss> loss_;
  LossGraph hard_;                 // on class numbers
  std::optional<LossGraph> soft_;  // on shares of the classes; made for the first batch that has them
  std::vector<NodeId> frozen_;
  std::vector<ProbeSpec> watched_;
  std::vector<bool> measured_;
  bool timing_ = false;
  std::shared_ptr<PlanRoom> room_;  // one plan runs at a time
  std::map<std::tuple<std::int64_t, Mode, bool>, Plan> plans_;
  Plan* current_ = nullptr;
  bool current_soft_ = false;
  std::vector<float> host_scores_;
};

}  // namespace lehr
