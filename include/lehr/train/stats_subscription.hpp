#pragma once

#include <cstddef>
#include <memory>

#include "lehr/core/tensor_stats.hpp"
#include "lehr/graph/graph.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr {

/// A tensor of the network that a reader wants measured.
struct StatsRequest {
  /// An activation or its gradient, both measured as the batch computes them. Or a weight, its gradient as
  /// the optimizer's step uses it, or the change that the step makes to it.
  store::Watched what = store::Watched::activation;
  NodeId node = 0;  ///< whose output or whose weight
  StatsSpec stats{};
};

class StatsHub;
struct StatsReader;

/// What one reader has measured while its Learner trains and validates. Any number may exist at once, each
/// with its own tensors, batches and statistics; a tensor that several want of a batch is measured once. Ends
/// with this object, which may outlive the Learner.
class StatsSubscription {
 public:
  /// To nothing.
  StatsSubscription();
  ~StatsSubscription();
  StatsSubscription(StatsSubscription&&) noexcept;
  StatsSubscription& operator=(StatsSubscription&&) noexcept;

  /// Turns measuring on or off for this reader, from the next batch on; on at first. At before_batch: from
  /// the present batch on. `times`: also how long each step takes (Plan::times), for which the clock is read
  /// before and after each.
  void measure(bool on, bool times = false);
  /// Whether the present or last batch is measured for this reader. False before its prediction.
  bool measuring() const;
  /// What the present or last batch measured of a request, by its place in the list. Has no value (no count
  /// and nothing that is not finite) if the tensor was not measured: the gradient of a batch without a
  /// backward pass, the update of a batch without a step. Valid until the next batch.
  const TensorStats& result(std::size_t request) const;
  /// Time that the present or last batch spent on measuring, for all readers together.
  double seconds() const;

 private:
  friend class Learner;
  StatsSubscription(const std::shared_ptr<StatsHub>& hub, std::shared_ptr<StatsReader> reader);

  std::weak_ptr<StatsHub> hub_;
  std::shared_ptr<StatsReader> reader_;
};

}  // namespace lehr
