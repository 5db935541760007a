#include "lehr/callbacks/early_stopping.hpp"

#include <fmt/format.h>

#include "lehr/core/error.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)), monitor_(options_.monitor) {
  if (options_.patience < 0) {
    throw BadInput("the patience must be 0 or more, found " + std::to_string(options_.patience));
  }
  if (options_.start_from_epoch < 0) {
    throw BadInput("start_from_epoch must be 0 or more, found " + std::to_string(options_.start_from_epoch));
  }
}

void EarlyStopping::before_fit(Learner& learner) {
  monitor_.start(learner);
  waited_ = 0;
  best_epoch_ = -1;
  stopped_ = false;
  best_values_.clear();
  best_states_.clear();
}

void EarlyStopping::after_epoch(Learner& learner) {
  const int epoch = learner.progress().epoch;
  const std::optional<double> value = monitor_.value_of(learner);
  if (!value || epoch < options_.start_from_epoch) return;
  const Parameters& parameters = learner.parameters();
  ++waited_;
  if (monitor_.improves(*value)) {
    if (!options_.baseline || monitor_.is_better(*value, *options_.baseline)) waited_ = 0;
    best_epoch_ = epoch;
    if (options_.restore_best) {
      best_values_ = parameters.backend().download_floats(parameters.values());
      best_states_ = parameters.backend().download_floats(parameters.states());
    }
    return;
  }
  if (waited_ < options_.patience) return;
  stopped_ = true;
  learner.cancel(Scope::fit, {EndReason::early_stopping, reason()});
}

std::string EarlyStopping::reason() const {
  const std::string best =
      best_epoch_ >= 0 ? fmt::format("its best was {:.4g} in epoch {}", monitor_.best(), best_epoch_ + 1)
                       : std::string("it never did");
  const bool below = options_.baseline && !monitor_.is_better(monitor_.best(), *options_.baseline);
  const std::string what =
      below ? fmt::format("passed the baseline of {:.4g}", *options_.baseline) : "improved";
  return fmt::format("{} has not {} for {} {}; {}", monitor_.options().metric, what, waited_,
                     waited_ == 1 ? "epoch" : "epochs", best);
}

// An interrupted fit keeps its weights, so that it can be resumed.
void EarlyStopping::after_fit(Learner& learner) {
  if (best_values_.empty() || learner.stopped()) return;
  Parameters& parameters = learner.parameters();
  parameters.backend().upload(parameters.values(), best_values_);
  parameters.backend().upload(parameters.states(), best_states_);
}

void EarlyStopping::save_state(CallbackState& state) const {
  monitor_.save(state);
  state.integers = {{"waited", waited_}, {"best_epoch", best_epoch_}, {"stopped", stopped_ ? 1 : 0}};
  state.arrays = {{"best_values", best_values_}, {"best_states", best_states_}};
}

void EarlyStopping::load_state(const CallbackState& state) {
  monitor_.load(state);
  waited_ = static_cast<int>(state.integer("waited"));
  best_epoch_ = static_cast<int>(state.integer("best_epoch"));
  stopped_ = state.integer("stopped") != 0;
  best_values_ = state.array("best_values");
  best_states_ = state.array("best_states");
}

}  // namespace lehr
