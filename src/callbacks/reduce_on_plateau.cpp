#include "lehr/callbacks/reduce_on_plateau.hpp"

#include <algorithm>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

ReduceOnPlateau::ReduceOnPlateau(ReduceOnPlateauOptions options)
    : options_(std::move(options)), monitor_(options_.monitor) {
  if (!(options_.factor > 0 && options_.factor < 1)) {
    throw BadInput("the factor of ReduceOnPlateau must be above 0 and below 1, found " +
                   number_text(options_.factor));
  }
  for (const int epochs : {options_.patience, options_.cooldown}) {
    if (epochs < 0) {
      throw BadInput("patience and cooldown must be 0 or more, found " + std::to_string(epochs));
    }
  }
  if (!(options_.min_lr >= 0)) {
    throw BadInput("min_lr must be 0 or more, found " + number_text(options_.min_lr));
  }
}

void ReduceOnPlateau::before_fit(Learner& learner) {
  monitor_.start(learner);
  scale_ = 1;
  waited_ = 0;
  cooling_ = 0;
}

void ReduceOnPlateau::before_batch(Learner& learner) {
  if (!learner.progress().training || scale_ == 1) return;
  double& lr = learner.rates().lr;
  lr = std::max(lr * scale_, std::min(lr, options_.min_lr));
}

void ReduceOnPlateau::after_epoch(Learner& learner) {
  const std::optional<double> value = monitor_.value_of(learner);
  if (!value) return;
  if (cooling_ > 0) {
    --cooling_;
    waited_ = 0;
  }
  if (monitor_.improves(*value)) {
    waited_ = 0;
  } else if (cooling_ == 0 && ++waited_ >= std::max(options_.patience, 1)) {
    scale_ *= options_.factor;
    cooling_ = options_.cooldown;
    waited_ = 0;
  }
}

void ReduceOnPlateau::save_state(CallbackState& state) const {
  monitor_.save(state);
  state.numbers["scale"] = scale_;
  state.integers = {{"waited", waited_}, {"cooling", cooling_}};
}

void ReduceOnPlateau::load_state(const CallbackState& state) {
  monitor_.load(state);
  scale_ = state.number("scale");
  waited_ = static_cast<int>(state.integer("waited"));
  cooling_ = static_cast<int>(state.integer("cooling"));
}

}  // namespace lehr
