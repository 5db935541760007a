#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/init/initialise.hpp"

namespace lehr {
namespace {

/// A convolution or linear layer, which LSUV scales.
struct Layer {
  NodeId node = 0;
  const ParameterEntry* weight = nullptr;
  const ParameterEntry* bias = nullptr;  ///< null if the layer has no bias
};

std::vector<Layer> layers_of(const Parameters& parameters) {
  std::vector<Layer> layers;
  for (const ParameterEntry& entry : parameters.entries()) {
    if (entry.role == ParameterRole::weight) layers.push_back({entry.node, &entry});
  }
  for (const ParameterEntry& entry : parameters.entries()) {
    const auto layer = std::ranges::find(layers, entry.node, &Layer::node);
    if (entry.role == ParameterRole::bias && layer != layers.end()) layer->bias = &entry;
  }
  std::ranges::sort(layers, {}, &Layer::node);  // a graph lists each node before the nodes that read it
  return layers;
}

/// False if the graph's output does not depend on the layer.
bool computes(const Plan& plan, NodeId node) {
  return std::ranges::any_of(plan.steps(), [&](const StepInfo& step) { return step.nodes.back() == node; });
}

struct Moments {
  double mean = 0;
  double std = 0;
};

Moments moments_of(const std::vector<float>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  const double mean = sum / count;
  double squares = 0;
  for (const float value : values) squares += std::pow(static_cast<double>(value) - mean, 2);
  return {mean, std::sqrt(squares / count)};
}

/// Whether the outputs differ by more than the rounding error of one value.
bool varies(const Moments& output) {
  return output.std > static_cast<double>(std::numeric_limits<float>::epsilon()) * std::abs(output.mean) &&
         std::isfinite(static_cast<float>(1 / output.std));
}

/// Divides weight and bias by std and then shifts the bias. Every output y becomes (y - mean) / std.
void normalise(Parameters& parameters, const Layer& layer, const Moments& output) {
  const Backend& backend = parameters.backend();
  const auto scale = static_cast<float>(1 / output.std);
  backend.scale(parameters.value(*layer.weight), scale);
  if (layer.bias == nullptr) return;
  Tensor bias = parameters.get(layer.bias->name);
  for (float& value : bias.elements<float>()) {
    value = static_cast<float>((static_cast<double>(value) - output.mean) / output.std);
  }
  parameters.set(layer.bias->name, bias);
}

}  // namespace

void lsuv(Parameters& parameters, const Graph& graph, std::span<const float> images,
          std::int64_t batch_size) {
  const std::vector<NodeId> inputs = graph.inputs();
  if (inputs.size() != 1) {
    throw BadInput("LSUV needs a graph with one input, found " + counted(inputs.size(), "input"));
  }
  if (images.empty()) throw BadInput("LSUV needs a batch of images, found none");
  const std::vector<Layer> layers = layers_of(parameters);
  PlanOptions options{.batch_size = batch_size, .mode = Mode::eval, .fuse = false};
  for (const Layer& layer : layers) options.keep.push_back(layer.node);
  Plan plan(graph, parameters, options);
  plan.bind_input(inputs.front(), images);
  for (const Layer& layer : layers) {
    if (!computes(plan, layer.node)) continue;
    plan.forward_to(layer.node);
    const Moments output = moments_of(parameters.backend().download_floats(plan.value(layer.node)));
    if (!std::isfinite(output.mean) || !std::isfinite(output.std)) {
      throw BadInput("LSUV: expected finite outputs of layer " + in_quotes(graph.node(layer.node).name) +
                     ", found some that are not; is there such a value in the images?");
    }
    if (varies(output)) normalise(parameters, layer, output);
  }
}

}  // namespace lehr
