#include "train/plan_cache.hpp"

#include "lehr/core/error.hpp"

namespace lehr {

PlanCache::PlanCache(const Graph& model, ops::CrossEntropy::Spec loss, Parameters& parameters,
                     std::uint64_t seed)
    : graph_(model), scores_(model.output()), parameters_(parameters), seed_(seed) {
  const std::vector<NodeId> inputs = model.inputs();
  const Shape& scores = model.node(scores_).output.shape;
  if (inputs.size() != 1 || scores.rank() != 2) {
    throw BadInput("a classifier has one input and scores of shape (N, classes), found " +
                   std::to_string(inputs.size()) + " inputs and scores of shape " + scores.str());
  }
  images_ = inputs.front();
  targets_ = graph_.input("lehr.targets", {DType::i64, {1}});
  graph_.set_output(graph_.add(ops::CrossEntropy(std::move(loss)), {scores_, targets_}, "lehr.loss"));
}

Plan& PlanCache::plan(std::int64_t batch_size, Mode mode) {
  const std::pair key{batch_size, mode};
  const auto found = plans_.find(key);
  if (found != plans_.end()) return found->second;
  PlanOptions options{.batch_size = batch_size, .mode = mode, .seed = seed_, .keep = {scores_}};
  return plans_.emplace(key, Plan(graph_, parameters_, options)).first->second;
}

BatchResult PlanCache::forward(const Batch& batch, Mode mode, std::uint64_t step) {
  Plan& planned = plan(batch.size, mode);
  planned.bind_input(images_, batch.images);
  planned.bind_input(targets_, batch.targets);
  planned.forward(step);
  const std::int64_t classes = graph_.node(scores_).output.shape[1];
  host_scores_.resize(static_cast<std::size_t>(batch.size * classes));
  const Backend& backend = parameters_.backend();
  float loss = 0;
  backend.copy_out(&loss, planned.value(graph_.output()), sizeof loss);
  backend.copy_out(host_scores_.data(), planned.value(scores_), host_scores_.size() * sizeof(float));
  return {loss, host_scores_};
}

}  // namespace lehr
