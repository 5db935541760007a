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

/// A classifier's graph with its loss, and one plan for each batch size and mode in use. The last
/// batch of an epoch may be smaller than the others. The plans share one memory and run in turn. If
/// the thread count changes, they are made again.
class PlanCache {
 public:
  /// model: a graph from one image input to scores of shape (N, classes). Keeps a reference to
  /// parameters.
  PlanCache(const Graph& model, std::shared_ptr<const Loss> loss, Parameters& parameters, std::uint64_t seed);

  Plan& plan(std::int64_t batch_size, Mode mode) { return plan(batch_size, mode, false); }

  // Calls for one batch: predict, then loss, then in training mode backward.
  /// Returns scores of shape (size, classes), row-major. Valid until the next batch.
  std::span<const float> predict(const Batch& batch, Mode mode, std::uint64_t step);
  /// Replaces the scores. Call it before loss().
  void set_scores(std::span<const float> scores);
  /// The mean over the batch.
  double loss();
  /// The loss is multiplied by `factor`.
  void backward(double factor);

  /// From now on, the parameters of these nodes get no gradient.
  void freeze(std::vector<NodeId> nodes);

  /// From now on, plans can measure these tensors. Gradients are measured only in training.
  void watch(std::vector<ProbeSpec> probes);
  /// Selects which of them the next batches measure (none if empty), and whether steps are timed.
  void measure(const std::vector<bool>& wanted, bool times) {
    measured_ = wanted;
    timing_ = times;
  }
  /// The plan of the current batch. Null before the first batch.
  Plan* current() const { return current_; }

  std::size_t memory_held() const { return room_->bytes(); }

  const Graph& graph() const { return hard_.graph; }
  NodeId scores_node() const { return scores_; }

 private:
  Plan& plan(std::int64_t batch_size, Mode mode, bool soft);
  void bind(const Batch& batch);
  /// The graph with the loss for hard or soft targets.
  const LossGraph& loss_graph(bool soft);

  NodeId images_ = 0;
  NodeId scores_ = 0;
  Parameters& parameters_;
  std::uint64_t seed_;
  Graph model_;
  std::shared_ptr<const Loss> loss_;
  LossGraph hard_;                 // for targets that are class numbers
  std::optional<LossGraph> soft_;  // for targets that are class shares; made for the first such batch
  std::vector<NodeId> frozen_;
  std::vector<ProbeSpec> watched_;
  std::vector<bool> measured_;
  bool timing_ = false;
  std::shared_ptr<PlanRoom> room_;  // only one plan runs at a time
  std::map<std::tuple<std::int64_t, Mode, bool>, Plan> plans_;
  Plan* current_ = nullptr;
  bool current_soft_ = false;
  std::vector<float> host_scores_;
};

}  // namespace lehr
