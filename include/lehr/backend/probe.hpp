#pragma once

#include <cstdint>

#include "lehr/backend/tensor_ref.hpp"
#include "lehr/core/tensor_stats.hpp"

namespace lehr {

/// Computes the statistics of the tensors at one place in a network, batch after batch. The result
/// depends only on the tensor and the spec, not on the number of threads. Histograms are exact.
/// Sums are reproducible on one machine.
class TensorProbe {
 public:
  virtual ~TensorProbe() = default;
  /// From now until end(), kernels write these f32 values.
  virtual void begin(const ConstTensorRef& values) = 0;
  /// A kernel reports that these elements, in memory order, have their final values. They are then
  /// measured while they are in the cache. The order is free, but each element must be reported
  /// once. Several threads may call this at the same time. `thread` is the number that parallel_for
  /// gives.
  virtual void written(std::int64_t first, std::int64_t count, int thread) = 0;
  /// Measures the elements that no kernel has reported. result: in host memory, overwritten.
  virtual void end(TensorStats& result) = 0;
  /// The time that written() has taken since begin(), as the maximum over the threads.
  virtual double seconds() const = 0;

  /// Measures a tensor that already has its values.
  void measure(const ConstTensorRef& values, TensorStats& result) {
    begin(values);
    end(result);
  }
};

/// A tensor to measure.
struct Measurement {
  TensorProbe* probe = nullptr;
  ConstTensorRef values{};
  TensorStats* result = nullptr;  ///< in host memory, overwritten
};

}  // namespace lehr
