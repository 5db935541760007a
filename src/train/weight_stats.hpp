#pragma once

#include <vector>

#include "engine/shared_stats.hpp"
#include "lehr/backend/buffer.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/store/run_records.hpp"

namespace lehr {

/// Measures weights, their gradients and their updates around an optimizer step. Each tensor is
/// measured once for all readers.
class WeightStats {
 public:
  struct Request {
    store::Watched what;  ///< weight, weight_gradient or update
    ParameterEntry entry;
    StatsSpec stats;
  };
  WeightStats(const Parameters& parameters, const std::vector<Request>& requests);

  /// Which requests the next batch measures.
  void choose(const std::vector<bool>& wanted) { shared_.choose(wanted); }
  void begin_batch();
  void before_step();
  void after_step();

  /// The statistics of one request.
  const TensorStats& result(std::size_t request) const { return shared_.result(request); }
  /// The time that the current batch spent on measuring weights.
  double seconds() const { return seconds_; }

 private:
  struct Tensor {
    std::size_t shared;  // index in shared_
    store::Watched what;
    ParameterEntry entry;
  };
  ConstTensorRef values_of(const Tensor& tensor) const;
  template <class Wanted>
  void measure(const Wanted& wanted);
  bool wants_updates() const;

  const Parameters* parameters_;
  SharedStats shared_;
  std::vector<Tensor> tensors_;
  Buffer before_;  // the weights before the step; after the step, their changes
  double seconds_ = 0;
};

}  // namespace lehr
