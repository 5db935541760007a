#include "classifier/plan_cache.hpp"

#include <algorithm>

#include "classifier/classifier.hpp"
#include "classifier/model_use.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr {

PlanCache::PlanCache(const Graph& model, std::shared_ptr<const Loss> loss, Parameters& parameters,
                     std::uint64_t seed)
    : images_(classifier_of(model).node),
      scores_(model.output()),
      parameters_(parameters),
      seed_(seed),
      model_(model),
      loss_(std::move(loss)),
      hard_(with_loss(model, *loss_)),
      room_(std::make_shared<PlanRoom>(parameters.backend())) {}

Plan& PlanCache::plan(std::int64_t batch_size, Mode mode, bool soft) {
  const std::tuple key{batch_size, mode, soft};
  const auto found = plans_.find(key);
  if (found != plans_.end() && found->second.threads() == threads()) return found->second;
  if (found != plans_.end()) {
    plans_.clear();
    current_ = nullptr;
  }
  const PlanOptions options{.batch_size = batch_size,
                            .mode = mode,
                            .seed = seed_,
                            .keep = {scores_},
                            .frozen = frozen_,
                            .probes = watched_,
                            .room = room_};
  Plan made(loss_graph(soft).graph, parameters_, options);
  check_memory(made, parameters_.backend());
  return plans_.emplace(key, std::move(made)).first->second;
}

const LossGraph& PlanCache::loss_graph(bool soft) {
  if (!soft) return hard_;
  if (!soft_) soft_ = with_loss(model_, *loss_, true);
  return *soft_;
}

std::span<const float> PlanCache::predict(const Batch& batch, Mode mode, std::uint64_t step) {
  current_soft_ = batch.soft_targets != nullptr;
  current_ = &plan(batch.size, mode, current_soft_);
  current_->measure(measured_);
  current_->time_steps(timing_);
  bind(batch);
  current_->forward_to(scores_, step);
  const ConstTensorRef scores = current_->value(scores_);
  host_scores_.resize(static_cast<std::size_t>(scores.count()));
  parameters_.backend().download(host_scores_.data(), scores);
  return host_scores_;
}

void PlanCache::bind(const Batch& batch) {
  const std::int64_t pixels = graph().node(images_).output.shape.numel();
  const std::int64_t classes = graph().node(scores_).output.shape[1];
  current_->bind_input(images_, HostData(batch.images, batch.dtype, batch.size * pixels));
  if (current_soft_) {
    current_->bind_input(soft_->targets, HostData(batch.soft_targets, DType::f32, batch.size * classes));
  } else {
    current_->bind_input(hard_.targets, HostData(batch.targets, DType::i64, batch.size));
  }
}

void PlanCache::set_scores(std::span<const float> scores) {
  if (scores.size() != host_scores_.size()) {
    throw BadInput("expected " + counted(host_scores_.size(), "score") + ", found " +
                   std::to_string(scores.size()));
  }
  std::ranges::copy(scores, host_scores_.begin());
  current_->set_value(scores_, host_scores_);
}

double PlanCache::loss() {
  current_->forward_rest();
  float loss = 0;
  const NodeId node = loss_graph(current_soft_).graph.output();
  parameters_.backend().download(&loss, current_->value(node));
  return loss;
}

void PlanCache::backward(double factor) { current_->backward(static_cast<float>(factor)); }

void PlanCache::watch(std::vector<ProbeSpec> probes) {
  if (probes == watched_) return;
  watched_ = std::move(probes);
  plans_.clear();
  current_ = nullptr;
}

void PlanCache::freeze(std::vector<NodeId> nodes) {
  if (nodes == frozen_) return;
  frozen_ = std::move(nodes);
  plans_.clear();
  current_ = nullptr;
  // Nothing writes these gradients any more, so they are cleared.
  for (const ParameterEntry& entry : parameters_.entries()) {
    if (is_state(entry.role) || std::ranges::find(frozen_, entry.node) == frozen_.end()) continue;
    parameters_.backend().fill(parameters_.grad(entry), 0);
  }
}

}  // namespace lehr
