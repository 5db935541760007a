#include "lehr/callbacks/save_best.hpp"

#include <cmath>

#include "lehr/core/text.hpp"
#include "lehr/train/learner.hpp"

namespace lehr {

SaveBest::SaveBest(std::filesystem::path file, MonitorOptions monitor, OnFailure on_failure)
    : file_(std::move(file)), monitor_(std::move(monitor)), guard_(std::move(on_failure)) {}

void SaveBest::before_fit(Learner& learner) {
  monitor_.start(learner);
  has_value_ = false;
}

void SaveBest::after_epoch(Learner& learner) {
  const std::optional<double> value = monitor_.value_of(learner);
  has_value_ = has_value_ || value.has_value();
  const Monitor before = monitor_;
  if (!value || !monitor_.improves(*value)) return;
  const bool saved =
      guard_.attempt([&] { learner.save(file_); }, "the training goes on without saving this model");
  if (!saved) monitor_ = before;  // the file still holds the previous best model
}

void SaveBest::after_fit(Learner& learner) {
  if (has_value_ || learner.history().empty() || !learner.history().back().complete) return;
  learner.warn("no epoch had a value of " + monitor_.options().metric + ", so " + in_quotes(file_.string()) +
               " was not written");
}

void SaveBest::save_state(CallbackState& state) const {
  monitor_.save(state);
  state.integers["judged"] = has_value_ ? 1 : 0;
}

void SaveBest::load_state(const CallbackState& state) {
  monitor_.load(state);
  has_value_ =
      state.integers.contains("judged") ? state.integer("judged") != 0 : std::isfinite(monitor_.best());
}

}  // namespace lehr
