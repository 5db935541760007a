#pragma once

#include <span>
#include <vector>

#include "engine/steps.hpp"
#include "lehr/backend/backend.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {

/// The probes of a plan, by the step behind or before which each measures.
class Probes {
 public:
  /// Throws Error where a probed node is not the output of a step.
  Probes(const Backend& backend, std::span<const ProbeSpec> specs, std::span<const Step* const> steps);

  /// Measures what step `step` has computed: address(node) is where the value lies.
  template <class Address>
  void after_forward(std::size_t step, const Address& address) {
    if (on_) run(values_[step], address);
  }
  /// The gradient of what it computed, before its own backward pass.
  template <class Address>
  void before_backward(std::size_t step, const Address& address) {
    if (on_) run(gradients_[step], address);
  }

  void turn(bool on) { on_ = on; }
  void begin() { seconds_ = 0; }
  std::span<const TensorStats> results() const { return results_; }
  double seconds() const { return seconds_; }

 private:
  struct Place {
    std::size_t probe;
    NodeId node;
    std::int64_t count;
  };

  template <class Address>
  void run(const std::vector<Place>& places, const Address& address) {
    for (const Place& place : places) measure(place, static_cast<const float*>(address(place.node)));
  }
  void measure(const Place& place, const float* values);

  bool on_ = false;
  std::vector<std::vector<Place>> values_;     // by step
  std::vector<std::vector<Place>> gradients_;  // by step
  std::vector<std::unique_ptr<TensorProbe>> probes_;
  std::vector<TensorStats> results_;
  double seconds_ = 0;
};

}  // namespace lehr
