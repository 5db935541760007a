#include "training_memory.hpp"

#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/optim/optimizer.hpp"

namespace lehr::cli {

TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer) {
  Graph graph = classifier;
  const NodeId scores = classifier.output();
  const NodeId targets = graph.input("lehr.targets", {DType::i64, {1}});
  graph.set_output(graph.add(ops::CrossEntropy(), {scores, targets}, "lehr.loss"));

  Parameters parameters(graph, cpu_backend());
  const Plan plan(graph, parameters, {.batch_size = batch_size, .mode = Mode::train, .keep = {scores}});

  const std::size_t copies = 2 + static_cast<std::size_t>(optimizer_states(optimizer, cpu_backend()));
  constexpr std::size_t batches = 2;
  const auto count = static_cast<std::size_t>(batch_size);
  std::size_t batch_bytes = 0;
  for (const NodeId input : graph.inputs()) batch_bytes += graph.node(input).output.bytes() * count;
  const PlanMemory& memory = plan.memory();
  return {.activations = static_cast<std::int64_t>(memory.arena),
          .workspace = static_cast<std::int64_t>(memory.workspace),
          .parameters = static_cast<std::int64_t>(copies * parameters.values().size_bytes() +
                                                  parameters.states().size_bytes()),
          .batches = static_cast<std::int64_t>(batches * batch_bytes)};
}

}  // namespace lehr::cli
