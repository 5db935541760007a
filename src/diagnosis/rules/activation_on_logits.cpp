#include <fmt/format.h>

#include "diagnosis/network.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/text.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> activated_scores(const Graph& graph) {
  const Node& scores = graph.node(scores_node(graph));
  if (!scores.op || scores.op->type() != "activation") return std::nullopt;
  const auto kind = dynamic_cast<const ops::Activation&>(*scores.op).spec.kind;
  Finding finding{.severity = Severity::problem,
                  .says = fmt::format("the scores go through {} (layer {}) before the loss", name_of(kind),
                                      printable(scores.name, 40)),
                  .probability = 0.95,
                  .layer = scores.name};
  finding.cure.text = "remove the activation after the last layer: the loss expects scores of any sign";
  return finding;
}

}  // namespace

void register_activation_on_logits(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "activation-on-logits",
                .title = "There is an activation on the scores",
                .meaning =
                    "Cross entropy expects scores (logits) of any sign and size. ReLU makes all wrong "
                    "classes equally likely and can stop the gradient of a class for good; sigmoid and "
                    "tanh bound how sure the network can be.",
                .explains = symptoms::everything()},
       .needs = {Need::graph},
       .find = [](const Facts& facts) { return activated_scores(facts.graph()); }});
}

}  // namespace lehr::diagnosis
