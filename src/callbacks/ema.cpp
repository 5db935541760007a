#include "lehr/callbacks/ema.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// Copies of a model's values and states in the backend's memory.
struct Ema::Buffers {
  explicit Buffers(const Parameters& parameters)
      : backend(parameters.backend()),
        values(Buffer::copy_of(parameters.values())),
        states(Buffer::copy_of(parameters.states())) {}

  void approach(const Parameters& parameters, float share) const {
    backend.lerp(values.ref(), parameters.values(), share);
    backend.lerp(states.ref(), parameters.states(), share);
  }

  const Backend& backend;
  Buffer values;
  Buffer states;
};

Ema::Ema(EmaOptions options) : options_(options) {
  if (options_.decay >= 0 && options_.decay < 1) return;
  throw BadInput("the decay of Ema must be at least 0 and below 1, found " + number_text(options_.decay));
}

void Ema::before_fit(Learner& learner) {
  average_ = std::make_shared<Buffers>(learner.parameters());
  steps_ = 0;
  swapped_ = false;
  in_train_ = false;
}

void Ema::before_epoch(Learner& learner) { put_back(learner); }
void Ema::before_train(Learner&) { in_train_ = true; }
void Ema::after_train(Learner&) { in_train_ = false; }

void Ema::after_step(Learner& learner) {
  ++steps_;
  const auto steps = static_cast<double>(steps_);
  const double decay =
      options_.warm_up ? std::min(options_.decay, (1 + steps) / (10 + steps)) : options_.decay;
  average_->approach(learner.parameters(), static_cast<float>(1 - decay));
}

void Ema::swap(Learner& learner) {
  Parameters& parameters = learner.parameters();
  const Buffers present(parameters);
  const Backend& backend = parameters.backend();
  backend.copy(parameters.values(), average_->values.ref());
  backend.copy(parameters.states(), average_->states.ref());
  backend.copy(average_->values.ref(), present.values.ref());
  backend.copy(average_->states.ref(), present.states.ref());
  swapped_ = !swapped_;
}

void Ema::put_back(Learner& learner) {
  if (swapped_) swap(learner);
}

void Ema::before_validate(Learner& learner) {
  if (options_.validate_with && average_ && !swapped_) swap(learner);
}

// A checkpoint written now must hold the weights and not the average.
void Ema::before_stop(Learner& learner) { put_back(learner); }

// After the training part the average stays in place until after_epoch, for callbacks that save or use it.
void Ema::after_validate(Learner& learner) {
  if (in_train_) put_back(learner);
}

// A stopped fit keeps its weights, so that it can be resumed.
void Ema::after_fit(Learner& learner) {
  const bool keep = options_.keep && !learner.stopped();
  if (keep != swapped_) swap(learner);
  average_.reset();
  swapped_ = false;
}

void Ema::clean_up(Learner& learner) {
  if (average_) put_back(learner);
  average_.reset();
}

void Ema::save_state(CallbackState& state) const {
  state.integers["steps"] = steps_;
  if (!average_) return;
  state.integers["swapped"] = swapped_ ? 1 : 0;
  state.arrays["values"] = average_->backend.download_floats(average_->values.ref());
  state.arrays["states"] = average_->backend.download_floats(average_->states.ref());
}

void Ema::load_state(const CallbackState& state) {
  const std::vector<float>& values = state.array("values");
  const std::vector<float>& states = state.array("states");
  const std::int64_t value_count = average_->values.ref().count();
  const std::int64_t state_count = average_->states.ref().count();
  if (std::ssize(values) != value_count || std::ssize(states) != state_count) {
    throw BadInput("the saved average holds " + counted(values.size() + states.size(), "number") +
                   ", expected " + std::to_string(value_count + state_count));
  }
  steps_ = state.integer("steps");
  swapped_ = state.integer("swapped") != 0;
  average_->backend.upload(average_->values.ref(), values);
  average_->backend.upload(average_->states.ref(), states);
}

}  // namespace lehr
