#include "lehr/train/training_memory.hpp"

#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/ops.hpp"
#include "lehr/optim/optimizer.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

TrainingMemory sum_of(const PlanMemory& plan, const Parameters& parameters, int optimizer_states,
                      std::size_t batch_bytes) {
  const std::size_t copies = 2 + static_cast<std::size_t>(optimizer_states);
  constexpr std::size_t batches = 2;
  return {.activations = static_cast<std::int64_t>(plan.arena),
          .workspace = static_cast<std::int64_t>(plan.workspace),
          .parameters = static_cast<std::int64_t>(copies * parameters.values().size_bytes() +
                                                  parameters.states().size_bytes()),
          .batches = static_cast<std::int64_t>(batches * batch_bytes)};
}

}  // namespace

TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer) {
  Graph graph = classifier;
  const NodeId scores = classifier.output();
  const NodeId targets = graph.input("lehr.targets", {DType::i64, {1}});
  graph.set_output(graph.add(ops::CrossEntropy(), {scores, targets}, "lehr.loss"));

  Parameters parameters(graph, cpu_backend());
  const Plan plan(graph, parameters, {.batch_size = batch_size, .mode = Mode::train, .keep = {scores}});
  std::size_t sample_bytes = 0;
  for (const NodeId input : graph.inputs()) sample_bytes += graph.node(input).output.bytes();
  return sum_of(plan.memory(), parameters, optimizer_states(optimizer, cpu_backend()),
                sample_bytes * static_cast<std::size_t>(batch_size));
}

TrainingMemory training_memory(Learner& learner) {
  const LearnerOptions& options = learner.options();
  const Batch& batch = learner.batch();
  const auto classes = static_cast<std::size_t>(learner.data().classes());
  const std::size_t target_bytes =
      batch.soft_targets == nullptr ? sizeof(std::int64_t) : classes * sizeof(float);
  const auto image_bytes = static_cast<std::size_t>(learner.data().image_shape().numel()) * sizeof(float);
  return sum_of(learner.plan().memory(), learner.parameters(),
                optimizer_states(options.optimizer, *options.backend),
                (image_bytes + target_bytes) * static_cast<std::size_t>(batch.size));
}

}  // namespace lehr
