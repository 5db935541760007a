#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/network.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

/// A layer is a bottleneck if it has this many times fewer channels than one before it and one after it.
/// Networks that are built with bottlenecks use factors of 4 (He et al. 2016) to 6 (Sandler et al. 2018).
constexpr std::int64_t narrow_factor = 7;
constexpr std::int64_t few_channels = 2;  ///< so few are suspicious at a smaller factor
constexpr std::int64_t factor_of_few = 3;

std::int64_t channels_of(const Node& node) { return node.output.shape[1]; }

std::optional<Finding> narrow_layer(const Graph& graph) {
  const std::vector<NodeId> layers = weighted_nodes(graph);
  if (layers.size() < 3) return std::nullopt;
  const std::int64_t classes = channels_of(graph.node(layers.back()));
  for (std::size_t i = 0; i + 1 < layers.size(); ++i) {
    const Node& node = graph.node(layers[i]);
    std::int64_t before = 0;
    for (std::size_t j = 0; j < i; ++j) before = std::max(before, channels_of(graph.node(layers[j])));
    std::int64_t after = 0;
    for (std::size_t j = i + 1; j < layers.size(); ++j) {
      after = std::max(after, channels_of(graph.node(layers[j])));
    }
    const std::int64_t channels = channels_of(node);
    const std::int64_t factor = channels <= few_channels ? factor_of_few : narrow_factor;
    const bool squeezed = i > 0 && factor * channels <= before && factor * channels <= after;
    const bool too_few = node.output.shape.numel() < classes - 1;
    if (!squeezed && !too_few) continue;
    const std::int64_t values = node.output.shape.numel();
    Finding finding{
        .severity = too_few || values < 4 * classes ? Severity::problem : Severity::warning,
        .says = fmt::format("layer {} has {} channels ({} values an image); layers before it have up to {}, "
                            "layers after it up to {}",
                            printable(node.name, 40), channels, values, before, after),
        .probability = 0.8,
        .layer = node.name};
    finding.cure.text = "give the layer as many channels as its neighbours";
    return finding;
  }
  return std::nullopt;
}

}  // namespace

void register_bottleneck(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "bottleneck",
                .title = "A layer is too narrow",
                .meaning = "All that later layers know of the image goes through it, so what it drops is "
                           "lost.",
                .explains = symptoms::all_of({symptoms::layers(), symptoms::results()})},
       .needs = {Need::graph},
       .find = [](const Facts& facts) { return narrow_layer(facts.graph()); }});
}

}  // namespace lehr::diagnosis
