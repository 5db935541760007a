#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/network.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/graph/summary.hpp"

namespace lehr::diagnosis {
namespace {

/// Share of the shorter side of the image that a position must see before the mean over all positions.
constexpr double good_share = 0.5;
constexpr double poor_share = 0.25;

/// Only networks that end with a mean over all positions: a linear layer over positions sees everything.
std::optional<Finding> short_sighted(const Graph& graph) {
  const std::vector<SummaryRow> rows = summary_rows(graph, 1);
  const std::vector<NodeId> layers = weighted_nodes(graph);
  std::int64_t field = 0;
  for (const NodeId id : layers) {
    const Node& node = graph.node(id);
    if (node.op->type() == "conv2d") {
      const SummaryRow& row = rows[static_cast<std::size_t>(id)];
      field = std::max({field, row.receptive_field_h, row.receptive_field_w});
      continue;
    }
    const Shape in = graph.input_specs(node).front().shape;
    const bool over_positions = std::ranges::any_of(layers, [&](NodeId other) {
      const Shape& maps = graph.node(other).output.shape;
      return other < id && maps.rank() == 4 && in[1] > maps[1] && maps[2] * maps[3] > 1 &&
             in[1] == maps[1] * maps[2] * maps[3];
    });
    if (over_positions) return std::nullopt;
  }
  const Shape& image = graph.node(graph.inputs().front()).output.shape;
  if (field == 0 || image.rank() != 4) return std::nullopt;
  const double share = static_cast<double>(field) / static_cast<double>(std::min(image[2], image[3]));
  if (share >= good_share) return std::nullopt;
  Finding finding{
      .severity = share < poor_share ? Severity::problem : Severity::warning,
      .says = fmt::format("each position of the last maps sees {0}x{0} pixels of an image of {1}x{2}", field,
                          image[2], image[3]),
      .probability = 0.7};
  finding.evidence.push_back({"receptive field over the image's shorter side", fmt::format("{:.2f}", share),
                              fmt::format("at least {}", good_share)});
  finding.cure.text = "add layers, strides or pooling, or use a smaller --image-size";
  return finding;
}

}  // namespace

void register_small_receptive_field(RuleRegistry& registry) {
  registry.add({.info = {.name = "small-receptive-field",
                         .title = "The network sees only small parts of the image",
                         .meaning = "No position sees a whole object, and the mean over positions cannot put "
                                    "parts together. The network can only count textures.",
                         .explains = symptoms::results()},
                .needs = {Need::graph},
                .find = [](const Facts& facts) { return short_sighted(facts.graph()); }});
}

}  // namespace lehr::diagnosis
