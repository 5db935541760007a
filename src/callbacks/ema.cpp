#include "lehr/callbacks/ema.hpp"

#include <algorithm>

#include "callbacks/weights.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

/// Device copies of a model's values and states.
struct Ema::Buffers {
  explicit Buffers(Parameters& parameters)
      : backend(parameters.backend()),
        values(copy_of(parameters.values())),
        states(copy_of(parameters.states())),
        value_count(parameters.values().size()),
        state_count(parameters.states().size()) {}

  std::shared_ptr<float> copy_of(std::span<const float> from) const {
    auto made = std::static_pointer_cast<float>(backend.allocate(from.size_bytes()));
    backend.copy(made.get(), from.data(), static_cast<std::int64_t>(from.size()));
    return made;
  }
  std::span<float> all_values() const { return {values.get(), value_count}; }
  std::span<float> all_states() const { return {states.get(), state_count}; }

  void approach(Parameters& parameters, float share) const {
    backend.lerp(values.get(), parameters.values().data(), share, static_cast<std::int64_t>(value_count));
    backend.lerp(states.get(), parameters.states().data(), share, static_cast<std::int64_t>(state_count));
  }

  const Backend& backend;
  std::shared_ptr<float> values;
  std::shared_ptr<float> states;
  std::size_t value_count;
  std::size_t state_count;
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
  const auto put = [&](std::span<float> to, std::span<const float> from) {
    parameters.backend().copy(to.data(), from.data(), static_cast<std::int64_t>(from.size()));
  };
  put(parameters.values(), average_->all_values());
  put(parameters.states(), average_->all_states());
  put(average_->all_values(), present.all_values());
  put(average_->all_states(), present.all_states());
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
  state.arrays["values"] = host_copy(average_->backend, average_->all_values());
  state.arrays["states"] = host_copy(average_->backend, average_->all_states());
}

void Ema::load_state(const CallbackState& state) {
  const std::vector<float>& values = state.array("values");
  const std::vector<float>& states = state.array("states");
  if (values.size() != average_->value_count || states.size() != average_->state_count) {
    throw BadInput("the saved average holds " + counted(values.size() + states.size(), "number") +
                   ", expected " + std::to_string(average_->value_count + average_->state_count));
  }
  steps_ = state.integer("steps");
  swapped_ = state.integer("swapped") != 0;
  device_copy(average_->backend, average_->all_values(), values);
  device_copy(average_->backend, average_->all_states(), states);
}

}  // namespace lehr
