#include "lehr/train/training_memory.hpp"

#include <algorithm>

#include "classifier/classifier.hpp"
#include "lehr/core/thread_scope.hpp"
#include "lehr/data/loader.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan.hpp"
#include "lehr/graph/loss.hpp"
#include "lehr/optim/optimizer.hpp"
#include "lehr/train/learner.hpp"
#include "train/learner_state.hpp"

namespace lehr {
namespace {

std::int64_t parameter_bytes(const Parameters& parameters, int optimizer_states) {
  const std::size_t copies = 2 + static_cast<std::size_t>(optimizer_states);
  return static_cast<std::int64_t>(copies * parameters.values().bytes() + parameters.states().bytes());
}

std::int64_t parameter_bytes(const Learner& learner) {
  const LearnerOptions& options = learner.options();
  return parameter_bytes(learner.parameters(), optimizer_states(options.optimizer, *options.backend));
}

/// Size of the batches that one set's loader holds.
std::int64_t batch_bytes(const Learner& learner, const Dataset& dataset) {
  const LearnerOptions& options = learner.options();
  LoaderOptions loading;
  loading.batch_size = options.batch_size;
  loading.preprocessing.shape = image_input_of(learner.model()).shape;
  loading.workers = options.workers;
  loading.prefetch = options.prefetch;
  return static_cast<std::int64_t>(Loader::batch_bytes(dataset, loading));
}

/// The largest memory that a plan of a fit needs, for full batches in training and in validation.
/// All plans share one memory.
PlanMemory plan_memory(LearnerState& state) {
  const ThreadScope threads(state.options.threads);
  state.stats->update(state.in_batch);
  const auto of = [&](std::int64_t samples, Mode mode) {
    return state.plans.plan(std::min(state.options.batch_size, samples), mode).memory();
  };
  PlanMemory most = of(state.samples_an_epoch(), Mode::train);
  if (!state.options.validate) return most;
  const PlanMemory valid = of(state.data.valid->size(), Mode::eval);
  most.arena = std::max(most.arena, valid.arena);
  most.without_sharing = std::max(most.without_sharing, valid.without_sharing);
  most.workspace = std::max(most.workspace, valid.workspace);
  return most;
}

}  // namespace

TrainingMemory training_memory(const Graph& classifier, std::int64_t batch_size,
                               const OptimizerSpec& optimizer, const Backend& backend) {
  classifier_of(classifier);
  const LossGraph made = with_loss(classifier, *cross_entropy_loss());
  const Graph& graph = made.graph;
  Parameters parameters(graph, backend);
  const auto memory_of = [&](Mode mode) {
    return Plan(graph, parameters, {.batch_size = batch_size, .mode = mode, .keep = {made.scores}}).memory();
  };
  const PlanMemory training = memory_of(Mode::train);
  const PlanMemory validation = memory_of(Mode::eval);
  std::size_t sample_bytes = 0;
  for (const NodeId input : graph.inputs()) sample_bytes += graph.node(input).output.bytes();
  constexpr std::size_t loaders = 2;
  return {.activations = static_cast<std::int64_t>(std::max(training.arena, validation.arena)),
          .workspace = static_cast<std::int64_t>(std::max(training.workspace, validation.workspace)),
          .parameters = parameter_bytes(parameters, optimizer_states(optimizer, backend)),
          .batches = static_cast<std::int64_t>(loaders * sample_bytes) * batch_size};
}

TrainingMemory training_memory(Learner& learner) {
  const PlanMemory plan = plan_memory(*learner.state_);
  TrainingMemory memory{.activations = static_cast<std::int64_t>(plan.arena),
                        .workspace = static_cast<std::int64_t>(plan.workspace),
                        .parameters = parameter_bytes(learner),
                        .batches = batch_bytes(learner, *learner.data().train)};
  if (learner.options().validate) memory.batches += batch_bytes(learner, *learner.data().valid);
  return memory;
}

std::int64_t memory_held(const Learner& learner) {
  return parameter_bytes(learner) + batch_bytes(learner, *learner.data().train) +
         static_cast<std::int64_t>(learner.state_->plans.memory_held());
}

}  // namespace lehr
