#include <fmt/format.h>

#include "diagnosis/network.hpp"
#include "diagnosis/rules.hpp"
#include "diagnosis/symptoms.hpp"
#include "lehr/core/text.hpp"

namespace lehr::diagnosis {
namespace {

std::optional<Finding> dropped_scores(const Graph& graph) {
  const Node& scores = graph.node(scores_node(graph));
  if (!scores.op || scores.op->type() != "dropout") return std::nullopt;
  Finding finding{.severity = Severity::warning,
                  .says = fmt::format("dropout (layer {}) sets scores to zero before the loss",
                                      printable(scores.name, 40)),
                  .probability = 0.95,
                  .layer = scores.name};
  finding.cure.text = "put the dropout before the last layer with weights";
  return finding;
}

}  // namespace

void register_dropout_on_logits(RuleRegistry& registry) {
  registry.add(
      {.info = {.name = "dropout-on-logits",
                .title = "There is dropout on the scores",
                .meaning = "A dropped score is 0, which is a wrong score and no missing one. The loss "
                           "then punishes the network for the dropout's choice.",
                .explains = symptoms::results()},
       .needs = {Need::graph},
       .find = [](const Facts& facts) { return dropped_scores(facts.graph()); }});
}

}  // namespace lehr::diagnosis
