#include "lehr/callbacks/gradient_accumulation.hpp"

#include "callbacks/weights.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

GradientAccumulation::GradientAccumulation(GradientAccumulationOptions options) : options_(options) {
  if (options_.batches >= 1) return;
  throw BadInput("GradientAccumulation takes 1 batch or more, found " + std::to_string(options_.batches));
}

void GradientAccumulation::before_fit(Learner& learner) {
  backend_ = &learner.parameters().backend();
  count_ = static_cast<std::int64_t>(learner.parameters().grads().size());
  const std::size_t bytes = learner.parameters().grads().size_bytes();
  sums_ = std::static_pointer_cast<float>(backend_->allocate(bytes));
  forget();
}

void GradientAccumulation::forget() {
  batches_ = 0;
  weight_ = 0;
  if (sums_) backend_->scale(sums_.get(), 0, count_);
}

void GradientAccumulation::before_step(Learner& learner) {
  const Progress& progress = learner.progress();
  float* grads = learner.parameters().grads().data();
  backend_->add_scaled(sums_.get(), grads, static_cast<float>(progress.weight), count_);
  ++batches_;
  weight_ += progress.weight;
  if (batches_ < options_.batches && progress.batch + 1 < progress.batches) {
    learner.cancel(Scope::batch);
    return;
  }
  backend_->copy(grads, sums_.get(), count_);
  if (weight_ > 0) backend_->scale(grads, 1.0F / static_cast<float>(weight_), count_);
  forget();
}

// Sums left over from a cancelled part belong to no step.
void GradientAccumulation::after_train(Learner&) { forget(); }

void GradientAccumulation::save_state(CallbackState& state) const {
  state.integers["batches"] = batches_;
  state.numbers["weight"] = weight_;
  if (!sums_) return;
  state.arrays["sums"] = host_copy(*backend_, {sums_.get(), static_cast<std::size_t>(count_)});
}

void GradientAccumulation::load_state(const CallbackState& state) {
  const std::vector<float>& sums = state.array("sums");
  if (static_cast<std::int64_t>(sums.size()) != count_) {
    throw BadInput("expected " + counted(count_, "sum") + " of gradients, found " +
                   std::to_string(sums.size()));
  }
  batches_ = state.integer("batches");
  // Checkpoints of the first versions have counts of samples.
  weight_ = state.numbers.contains("weight") ? state.number("weight")
                                             : static_cast<double>(state.integer("samples"));
  device_copy(*backend_, {sums_.get(), sums.size()}, sums);
}

}  // namespace lehr
