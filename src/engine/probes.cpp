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
      told_(tensors.steps.size()),
      results_(specs.size()) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto found = std::ranges::find(tensors.steps, specs[i].node,
                                         [](const PlannedStep& planned) { return planned.step.output(); });
    if (found == tensors.steps.end()) {
      throw Error("node " + std::to_string(specs[i].node) + " cannot be probed: no step computes it");
    }
    const auto step = static_cast<std::size_t>(found - tensors.steps.begin());
    const Place place{i, specs[i].node};
    if (specs[i].gradient) {
      add_gradient(place, tensors, step);
    } else {
      values_[step].push_back(place);
    }
    probes_.push_back(backend.probe(specs[i].stats));
  }
  begun_.reserve(specs.size());
}

/// To the one step that writes it, or to the one whose output's it is where there are several or none.
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
  told_[writer].resize(tensors.steps[writer].input_grads.size());
}

TensorProbe* Probes::begin(const Place& place, const ConstTensorRef& values) {
  if (!values) return nullptr;
  const Stopwatch watch;
  TensorProbe& probe = *probes_[place.probe];
  probe.begin(values);
  begun_.push_back(place.probe);
  seconds_ += watch.seconds();
  return &probe;
}

double Probes::end() {
  if (begun_.empty()) return 0;
  const Stopwatch watch;
  double within = 0;
  for (const std::size_t probe : begun_) {
    within += probes_[probe]->seconds();
    probes_[probe]->end(results_[probe]);
  }
  begun_.clear();
  seconds_ += within + watch.seconds();
  return within;
}

}  // namespace lehr
