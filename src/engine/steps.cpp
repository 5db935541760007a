#include "engine/steps.hpp"

#include <algorithm>
#include <map>

#include "lehr/backend/conv_spec.hpp"

namespace lehr {
namespace {

std::vector<bool> nodes_needed_for(const Graph& graph, NodeId output) {
  std::vector<bool> needed(graph.nodes().size());
  needed[static_cast<std::size_t>(output)] = true;
  for (NodeId id = output; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    for (const NodeId input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = true;
  }
  return needed;
}

std::vector<int> count_consumers(const Graph& graph, const std::vector<bool>& needed) {
  std::vector<int> consumers(graph.nodes().size());
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (!needed[id]) continue;
    for (const NodeId input : graph.nodes()[id].inputs) ++consumers[static_cast<std::size_t>(input)];
  }
  return consumers;
}

Step step_of(const Graph& graph, NodeId id, std::span<const TensorSpec> values, Mode mode) {
  const Node& node = graph.node(id);
  Step step{{id}, node.inputs, {}};
  step.spec.type = node.op->type();
  step.spec.name = node.name;
  step.spec.attributes = node.op->attributes();
  for (const NodeId input : node.inputs) step.spec.inputs.push_back(values[static_cast<std::size_t>(input)]);
  step.spec.output = values[static_cast<std::size_t>(id)];
  for (const ParameterSpec& parameter : node.parameters) {
    step.spec.parameters.push_back({DType::f32, parameter.shape});
  }
  step.spec.training = mode == Mode::train;
  return step;
}

}  // namespace

std::vector<Step> make_steps(const Graph& graph, const Backend& backend, const PlanOptions& options) {
  const std::vector<TensorSpec> values = graph.infer(options.batch_size);
  const std::vector<bool> needed = nodes_needed_for(graph, graph.output());
  const std::vector<int> consumers = count_consumers(graph, needed);

  std::vector<Step> steps;
  std::map<NodeId, std::size_t> producer;  // the step that ends in each node
  const auto joins_producer = [&](const Node& node) {
    if (!options.fuse || node.op->type() != "activation") return false;
    const NodeId before = node.inputs.front();
    const auto found = producer.find(before);
    if (found == producer.end() || consumers[static_cast<std::size_t>(before)] != 1) return false;
    if (std::ranges::find(options.keep, before) != options.keep.end()) return false;
    if (std::ranges::find(options.probes, before, &ProbeSpec::node) != options.probes.end()) return false;
    const Step& step = steps[found->second];
    const FusedActivation::Kind kind = fused_activation(node.op->attributes()).kind;
    return kind != FusedActivation::Kind::none && step.spec.activation.kind == FusedActivation::Kind::none &&
           backend.fuses(step.spec.type, kind);
  };

  for (std::size_t index = 0; index < needed.size(); ++index) {
    const auto id = static_cast<NodeId>(index);
    const Node& node = graph.node(id);
    if (!needed[index] || !node.op) continue;
    if (joins_producer(node)) {
      const std::size_t at = producer.at(node.inputs.front());
      steps[at].nodes.push_back(id);
      steps[at].spec.activation = fused_activation(node.op->attributes());
      producer[id] = at;
    } else {
      producer[id] = steps.size();
      steps.push_back(step_of(graph, id, values, options.mode));
    }
  }
  return steps;
}

}  // namespace lehr
