#pragma once

#include <span>
#include <vector>

#include "engine/tensors.hpp"
#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {

/// The probes of a plan, by the step whose kernel writes what they measure: kernels that can tell them of
/// what they have written while it is in the cache, and what they leave out is measured right behind the
/// step.
class Probes {
 public:
  /// Throws Error where a probed node is not the output of a step.
  Probes(const Backend& backend, std::span<const ProbeSpec> specs, const PlanTensors& tensors);

  /// Begins to measure the value of a step, for its kernel: null where nobody looks. tensor(node) refers to
  /// it.
  template <class TensorOf>
  TensorProbe* begin_forward(std::size_t step, const TensorOf& tensor) {
    if (!on_) return nullptr;
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
    if (!on_) return {};
    for (const Place& place : summed_gradients_[step]) begin(place, tensor(place.node));
    end();
    for (const Place& place : written_gradients_[step]) {
      told_[step][place.input] = begin(place, tensor(place.node));
    }
    return told_[step];
  }

  /// Ends what was begun; returns the time that it took within the kernel.
  double end();

  void turn(bool on) { on_ = on; }
  /// What a batch that measures leaves out, such as gradients without a backward pass, has no value.
  void begin_batch() {
    seconds_ = 0;
    if (!on_) return;
    for (TensorStats& result : results_) static_cast<TensorNumbers&>(result) = {};
  }
  std::span<const TensorStats> results() const { return results_; }
  double seconds() const { return seconds_; }

 private:
  struct Place {
    std::size_t probe;
    NodeId node;
    std::size_t input = 0;  // of the step that writes the gradient
  };

  void add_gradient(const Place& place, const PlanTensors& tensors, std::size_t step);
  /// Null where there is no such tensor.
  TensorProbe* begin(const Place& place, const ConstTensorRef& values);

  bool on_ = false;
  // By step.
  std::vector<std::vector<Place>> values_;
  std::vector<std::vector<Place>> summed_gradients_;   // of its output, written by several steps
  std::vector<std::vector<Place>> written_gradients_;  // of its inputs, by it alone
  std::vector<std::vector<TensorProbe*>> told_;        // by input
  std::vector<std::unique_ptr<TensorProbe>> probes_;
  std::vector<TensorStats> results_;
  std::vector<std::size_t> begun_;
  double seconds_ = 0;
};

}  // namespace lehr
