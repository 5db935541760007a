#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/network.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::diagnosis {
namespace {

/// A pointwise convolution that narrows may be followed by one without an activation between them: the linear
/// bottleneck of MobileNetV2 (Sandler et al. 2018). So may a depthwise one (Xception).
bool may_be_linear(const Graph& graph, NodeId from) {
  const Node& node = graph.node(from);
  if (node.op->type() != "conv2d") return false;
  const auto& spec = dynamic_cast<const ops::Conv2d&>(*node.op).spec;
  const std::int64_t in = graph.input_specs(node).front().shape[1];
  return spec.groups > 1 || (spec.kernel == ops::Size2{1, 1} && spec.out_channels < in);
}

std::optional<Finding> without_activations(const Graph& graph) {
  std::int64_t pairs = 0;
  std::vector<std::pair<NodeId, NodeId>> linear;
  for (const NodeId node : weighted_nodes(graph)) {
    const std::optional<NodeId> source = linear_source(graph, node);
    ++pairs;
    if (source && !may_be_linear(graph, *source)) linear.emplace_back(*source, node);
  }
  if (linear.empty()) return std::nullopt;
  --pairs;  // nothing is before the first one
  const auto count = static_cast<std::int64_t>(linear.size());
  const auto name = [&](NodeId id) { return printable(graph.node(id).name, 40); };
  Finding finding{.severity = 2 * count >= pairs ? Severity::problem : Severity::warning,
                  .says = fmt::format("{} of {} of layers with weights {} no activation between them, first "
                                      "layers {} and {}",
                                      count, counted(pairs, "pair"), count == 1 ? "has" : "have",
                                      name(linear.front().first), name(linear.front().second)),
                  .probability = 0.95,
                  .layer = graph.node(linear.front().second).name};
  finding.cure.text = "put an activation such as ReLU after each layer with weights, except the last one";
  return finding;
}

}  // namespace

void register_linear_stack(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "linear-stack",
                .title = "Layers follow each other without an activation",
                .meaning = "Two layers with weights and nothing but linear operations between them "
                           "compute what a single one could. The depth adds parameters and no power.",
                .explains = symptoms::everything()},
       .needs = {Need::graph},
       .find = [](const Facts& facts) { return without_activations(facts.graph()); }});
}

}  // namespace lehr::diagnosis
