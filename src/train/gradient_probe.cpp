#include "train/gradient_probe.hpp"

#include "train/class_weights.hpp"
#include "train/group_ranges.hpp"
#include "train/learner_state.hpp"

namespace lehr {
namespace {

// Batches of a training count from 0. Streams of random numbers take the number modulo 2^32.
constexpr std::uint64_t first_draw = 0x8000'0000;

}  // namespace

GradientProbe::GradientProbe(const Learner& learner)
    : loss_(state_of(learner).loss),
      parameters_(learner.model(), *learner.options().backend),
      plans_(learner.model(), loss_, parameters_, learner.options().seed) {
  follow(learner);
}

void GradientProbe::follow(const Learner& learner) {
  const LearnerState& state = state_of(learner);
  const Backend& backend = parameters_.backend();
  backend.copy(parameters_.values(), state.parameters.values());
  backend.copy(parameters_.states(), state.parameters.states());
  frozen_ = group_ranges(state.groups, state.model, state.parameters, false);
  std::erase_if(frozen_, [](const ParameterRange& range) { return !range.frozen; });
}

double GradientProbe::gradient(const Batch& batch, std::uint64_t draw) {
  plans_.predict(batch, Mode::train, first_draw + draw);
  plans_.loss();
  plans_.backward(1);
  for (const ParameterRange& range : frozen_) {
    parameters_.backend().fill(parameters_.grads().part(range.offset, range.count), 0);
  }
  return loss_weight(batch, loss_->class_weights());
}

double GradientProbe::loss(const Batch& batch, std::uint64_t draw) {
  plans_.predict(batch, Mode::train, first_draw + draw);
  return plans_.loss();
}

}  // namespace lehr
