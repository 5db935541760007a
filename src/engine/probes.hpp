#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/shared_stats.hpp"
#include "engine/tensors.hpp"
#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {

/// The probes of a plan, grouped by the step whose kernel writes the measured tensor. Kernels can
/// report parts of a tensor to its probe while they are in the cache. Whatever they do not report
/// is measured right after the step. Specs of the same tensor share a probe.
class Probes {
 public:
  /// Throws Error if a probed node is not the output of a step.
  Probes(const Backend& backend, std::span<const ProbeSpec> specs, const PlanTensors& tensors);

  /// Starts the probes of the step's output. Returns the one that the kernel should report to, or
  /// null. tensor(node) returns a reference to the tensor.
  template <class TensorOf>
  TensorProbe* begin_forward(std::size_t step, const TensorOf& tensor) {
    if (!shared_.any_wanted()) return nullptr;
    TensorProbe* kernel_probe = nullptr;
    for (const Place& place : values_[step]) {
      TensorProbe* probe = begin(place, tensor(place.node));
      if (kernel_probe == nullptr) kernel_probe = probe;
    }
    return kernel_probe;
  }

  /// Measures the gradients of the step's output that are complete only now. Then starts the probes
  /// of the gradients that the step's kernel writes. Returns one per input, or nothing.
  template <class TensorOf>
  std::span<TensorProbe* const> begin_backward(std::size_t step, const TensorOf& tensor) {
    if (!shared_.any_wanted()) return {};
    for (const Place& place : summed_gradients_[step]) begin(place, tensor(place.node));
    end();
    std::ranges::fill(kernel_probes_[step], nullptr);
    for (const Place& place : written_gradients_[step]) {
      TensorProbe* probe = begin(place, tensor(place.node));
      TensorProbe*& kernel_probe = kernel_probes_[step][place.input];
      if (kernel_probe == nullptr) kernel_probe = probe;
    }
    return kernel_probes_[step];
  }

  /// Ends the running probes. Returns the time that they took inside the kernel.
  double end();

  /// Selects which specs the next batches measure, in the order of the specs. Empty means none.
  void choose(const std::vector<bool>& wanted) { shared_.choose(wanted); }
  /// Clears the results, so tensors that the next batch does not measure have no values. An example
  /// is a gradient without a backward pass.
  void begin_batch() {
    seconds_ = 0;
    shared_.forget();
  }
  const TensorStats& result(std::size_t spec) const { return shared_.result(spec); }
  double seconds() const { return seconds_; }

 private:
  struct Place {
    std::size_t shared;  // index in shared_
    NodeId node;
    std::size_t input = 0;  // index of the step's input whose gradient this is
  };

  void add_gradient(const Place& place, const PlanTensors& tensors, std::size_t step);
  /// Returns null if there is no such tensor or no reader wants it.
  TensorProbe* begin(const Place& place, const ConstTensorRef& values);

  // One entry per step.
  std::vector<std::vector<Place>> values_;
  // Gradients of the step's output that several steps write.
  std::vector<std::vector<Place>> summed_gradients_;
  // Gradients of the step's inputs that only this step writes.
  std::vector<std::vector<Place>> written_gradients_;
  std::vector<std::vector<TensorProbe*>> kernel_probes_;  // one per input of the step
  SharedStats shared_;
  std::vector<std::size_t> running_;  // indices in shared_
  double seconds_ = 0;
};

}  // namespace lehr
