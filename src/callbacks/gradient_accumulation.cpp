#include "lehr/callbacks/gradient_accumulation.hpp"

#include <utility>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

namespace {

void check_batches(std::int64_t batches) {
  if (batches >= 1) return;
  throw BadInput("GradientAccumulation takes 1 batch or more, found " + std::to_string(batches));
}

}  // namespace

GradientAccumulation::GradientAccumulation(GradientAccumulationOptions options)
    : options_(std::move(options)) {
  check_batches(options_.batches);
}

void GradientAccumulation::before_fit(Learner& learner) {
  const Parameters& parameters = learner.parameters();
  backend_ = &parameters.backend();
  sums_ = Buffer(*backend_, parameters.grads().count());
  forget();
}

void GradientAccumulation::forget() {
  batches_ = 0;
  weight_ = 0;
  if (sums_) backend_->fill(sums_.ref(), 0);
}

std::int64_t GradientAccumulation::wanted(double progress) const {
  if (!options_.batches_at) return options_.batches;
  const std::int64_t batches = options_.batches_at(progress);
  check_batches(batches);
  return batches;
}

void GradientAccumulation::before_step(Learner& learner) {
  const Progress& progress = learner.progress();
  const TensorRef grads = learner.parameters().grads();
  backend_->add_scaled(sums_.ref(), grads, static_cast<float>(progress.weight));
  ++batches_;
  weight_ += progress.weight;
  if (batches_ < wanted(progress.share()) && progress.batch + 1 < progress.batches) {
    learner.cancel(Scope::batch);
    return;
  }
  backend_->copy(grads, sums_.ref());
  if (weight_ > 0) backend_->scale(grads, 1.0F / static_cast<float>(weight_));
  forget();
}

// Sums left over from a cancelled part belong to no step.
void GradientAccumulation::after_train(Learner&) { forget(); }

void GradientAccumulation::save_state(CallbackState& state) const {
  state.integers["batches"] = batches_;
  state.numbers["weight"] = weight_;
  if (!sums_) return;
  state.arrays["sums"] = backend_->download_floats(sums_.ref());
}

void GradientAccumulation::load_state(const CallbackState& state) {
  const std::vector<float>& sums = state.array("sums");
  const std::int64_t count = sums_.ref().count();
  if (std::ssize(sums) != count) {
    throw BadInput("expected " + counted(count, "sum") + " of gradients, found " +
                   std::to_string(sums.size()));
  }
  batches_ = state.integer("batches");
  // Checkpoints of the first versions have counts of samples.
  weight_ = state.numbers.contains("weight") ? state.number("weight")
                                             : static_cast<double>(state.integer("samples"));
  backend_->upload(sums_.ref(), sums);
}

}  // namespace lehr
