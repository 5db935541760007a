#include "engine/probes.hpp"

#include <algorithm>
#include <string>

#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"

namespace lehr {

Probes::Probes(const Backend& backend, std::span<const ProbeSpec> specs, std::span<const Step* const> steps)
    : values_(steps.size()), gradients_(steps.size()), results_(specs.size()) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto found =
        std::ranges::find(steps, specs[i].node, [](const Step* step) { return step->output(); });
    if (found == steps.end()) {
      throw Error("node " + std::to_string(specs[i].node) + " cannot be probed: no step computes it");
    }
    const auto step = static_cast<std::size_t>(found - steps.begin());
    (specs[i].gradient ? gradients_ : values_)[step].push_back(
        {i, specs[i].node, (*found)->spec.output.shape.numel()});
    probes_.push_back(backend.probe(specs[i].stats));
  }
}

void Probes::measure(const Place& place, const float* values) {
  const Stopwatch watch;
  if (values != nullptr) probes_[place.probe]->measure(values, place.count, results_[place.probe]);
  seconds_ += watch.seconds();
}

}  // namespace lehr
