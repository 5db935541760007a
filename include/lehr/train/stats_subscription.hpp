#pragma once

#include <cstddef>
#include <memory>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr {

/// A tensor of the network whose statistics a reader requests.
struct StatsRequest {
  /// An activation or its gradient, which are measured when the batch computes them. Or a weight,
  /// its gradient as the optimizer step uses it, or the change of the weight in the step.
  store::Watched what = store::Watched::activation;
  NodeId node = 0;  ///< the node of the output or of the weight
  StatsSpec stats{};
};

class StatsHub;
struct StatsReader;

/// The statistics that one reader requests while its Learner trains and validates. Any number of
/// subscriptions may exist at once, each with its own tensors, batches and statistics. If several
/// request the same tensor in a batch, it is measured once. The subscription ends with this object,
/// which may outlive the Learner.
class StatsSubscription {
 public:
  /// An empty subscription.
  StatsSubscription();
  ~StatsSubscription();
  StatsSubscription(StatsSubscription&&) noexcept;
  StatsSubscription& operator=(StatsSubscription&&) noexcept;

  /// Turns measuring on or off for this reader, from the next batch on. A call at before_batch
  /// already applies to the current batch. It is on initially. `times` also times each step
  /// (Plan::times), which reads the clock before and after each step.
  void measure(bool on, bool times = false);
  /// Whether the current or last batch is measured for this reader. False before its prediction.
  bool measuring() const;
  /// The statistics of a request, by its index in the list, for the current or last batch. Empty
  /// (count and non_finite are 0) if the tensor was not measured: the gradient of a batch without a
  /// backward pass, or the update of a batch without a step. Valid until the next batch.
  const TensorStats& result(std::size_t request) const;
  /// The time that the current or last batch spent on measuring, for all readers together.
  double seconds() const;

 private:
  friend class Learner;
  StatsSubscription(const std::shared_ptr<StatsHub>& hub, std::shared_ptr<StatsReader> reader);

  std::weak_ptr<StatsHub> hub_;
  std::shared_ptr<StatsReader> reader_;
};

}  // namespace lehr
