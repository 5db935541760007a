#include "engine/probes.hpp"

#include <algorithm>
#include <string>

#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"

namespace lehr {

Probes::Probes(const Backend& backend, std::span<const ProbeSpec> specs, const PlanTensors& tensors)
    : values_(tensors.steps.size()),
      summed_gradients_(tensors.steps.size()),
      written_gradients_(tensors.steps.size()),
      kernel_probes_(tensors.steps.size()),
      shared_(backend) {
  for (const ProbeSpec& spec : specs) {
    const auto found = std::ranges::find(tensors.steps, spec.node,
                                         [](const PlannedStep& planned) { return planned.step.output(); });
    if (found == tensors.steps.end()) {
      throw Error("node " + std::to_string(spec.node) + " cannot be probed: no step computes it");
    }
    const auto step = static_cast<std::size_t>(found - tensors.steps.begin());
    const std::size_t places_before = shared_.places();
    const std::int64_t tensor = 2 * std::int64_t{spec.node} + (spec.gradient ? 1 : 0);
    const Place place{shared_.add(tensor, spec.stats), spec.node};
    if (shared_.places() == places_before) continue;  // another reader has already added this place
    if (spec.gradient) {
      add_gradient(place, tensors, step);
    } else {
      values_[step].push_back(place);
    }
  }
  running_.reserve(shared_.places());
}

/// Assigns the probe to the step that writes the gradient. If several steps or none write it,
/// assigns it to the step whose output it belongs to.
void Probes::add_gradient(const Place& place, const PlanTensors& tensors, std::size_t step) {
  const auto root_of = [&](NodeId node) { return tensors.root[static_cast<std::size_t>(node)]; };
  std::vector<std::pair<std::size_t, std::size_t>> writers;  // steps and inputs
  for (std::size_t i = 0; i < tensors.steps.size(); ++i) {
    const PlannedStep& planned = tensors.steps[i];
    for (std::size_t input = 0; input < planned.input_grads.size(); ++input) {
      const bool writes = planned.input_grads[input].has_value();
      if (writes && root_of(planned.step.inputs[input]) == root_of(place.node))
        writers.emplace_back(i, input);
    }
  }
  if (writers.size() != 1) {
    summed_gradients_[step].push_back(place);
    return;
  }
  const auto [writer, input] = writers.front();
  written_gradients_[writer].push_back(place);
  written_gradients_[writer].back().input = input;
  kernel_probes_[writer].resize(tensors.steps[writer].input_grads.size());
}

TensorProbe* Probes::begin(const Place& place, const ConstTensorRef& values) {
  TensorProbe* probe = shared_.probe(place.shared);
  if (!values || probe == nullptr) return nullptr;
  const Stopwatch watch;
  probe->begin(values);
  running_.push_back(place.shared);
  seconds_ += watch.seconds();
  return probe;
}

double Probes::end() {
  if (running_.empty()) return 0;
  const Stopwatch watch;
  double within = 0;
  for (const std::size_t place : running_) {
    TensorProbe& probe = *shared_.probe(place);
    within += probe.seconds();
    probe.end(shared_.result_of(place));
    shared_.copy_to_readers(place);
  }
  running_.clear();
  seconds_ += within + watch.seconds();
  return within;
}

}  // namespace lehr
