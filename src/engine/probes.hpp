#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/shared_stats.hpp"
#include "engine/tensors.hpp"
#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {

/// The probes of a plan, by the step whose kernel writes what they measure. Kernels tell a probe what they
/// have written while it is in the cache; what they leave out is measured right after the step. Specs of the
/// same tensor share a probe.
class Probes {
 public:
  /// Throws Error if a probed node is not the output of a step.
  Probes(const Backend& backend, std::span<const ProbeSpec> specs, const PlanTensors& tensors);

  /// Begins to measure the value of a step, for its kernel: null if nobody wants it. tensor(node) refers to
  /// it.
  template <class TensorOf>
  TensorProbe* begin_forward(std::size_t step, const TensorOf& tensor) {
    if (!shared_.any_wanted()) return nullptr;
    TensorProbe* told = nullptr;
    for (const Place& place : values_[step]) {
      TensorProbe* probe = begin(place, tensor(place.node));
      if (told == nullptr) told = probe;
    }
    return told;
  }

  /// Measures gradients of the step's output that are complete only now, and begins with those that its
  /// kernel writes: one an input, or nothing.
  template <class TensorOf>
  std::span<TensorProbe* const> begin_backward(std::size_t step, const TensorOf& tensor) {
    if (!shared_.any_wanted()) return {};
    for (const Place& place : summed_gradients_[step]) begin(place, tensor(place.node));
    end();
    std::ranges::fill(told_[step], nullptr);
    for (const Place& place : written_gradients_[step]) {
      TensorProbe* probe = begin(place, tensor(place.node));
      TensorProbe*& told = told_[step][place.input];
      if (told == nullptr) told = probe;
    }
    return told_[step];
  }

  /// Ends what was begun; returns the time that it took within the kernel.
  double end();

  /// Which specs the next batches measure, in their order; empty: none.
  void choose(const std::vector<bool>& wanted) { shared_.choose(wanted); }
  /// What a batch that measures leaves out, such as gradients without a backward pass, has no value.
  void begin_batch() {
    seconds_ = 0;
    shared_.forget();
  }
  const TensorStats& result(std::size_t spec) const { return shared_.result(spec); }
  double seconds() const { return seconds_; }

 private:
  struct Place {
    std::size_t shared;  // in shared_
    NodeId node;
    std::size_t input = 0;  // of the step that writes the gradient
  };

  void add_gradient(const Place& place, const PlanTensors& tensors, std::size_t step);
  /// Null if there is no such tensor or nobody wants it.
  TensorProbe* begin(const Place& place, const ConstTensorRef& values);

  // By step.
  std::vector<std::vector<Place>> values_;
  std::vector<std::vector<Place>> summed_gradients_;   // of its output, written by several steps
  std::vector<std::vector<Place>> written_gradients_;  // of its inputs, by it alone
  std::vector<std::vector<TensorProbe*>> told_;        // by input
  SharedStats shared_;
  std::vector<std::size_t> begun_;  // places in shared_
  double seconds_ = 0;
};

}  // namespace lehr
