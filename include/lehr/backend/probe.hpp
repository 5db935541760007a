#pragma once

#include <cstdint>

#include "lehr/backend/tensor_ref.hpp"
#include "lehr/core/tensor_stats.hpp"

namespace lehr {

/// Measures the tensors of one place in a network, batch after batch. The result is a function of the tensor
/// and the spec: for histograms exactly, for sums on one machine, whatever the number of threads.
class TensorProbe {
 public:
  virtual ~TensorProbe() = default;
  /// Kernels write these f32 values from now to end().
  virtual void begin(const ConstTensorRef& values) = 0;
  /// A kernel reports that these elements, in memory order, have their final values, so that they are
  /// measured while they are in the cache. Any order, each element once; several threads may call at the same
  /// time, `thread` being parallel_for's.
  virtual void written(std::int64_t first, std::int64_t count, int thread) = 0;
  /// Measures what no kernel has reported. result: in host memory, overwritten.
  virtual void end(TensorStats& result) = 0;
  /// How long written() has kept the kernel since begin(): the most of any thread.
  virtual double seconds() const = 0;

  /// Measures a tensor that has its values already.
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
