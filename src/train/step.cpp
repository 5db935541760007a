#include "lehr/train/step.hpp"

#include <cmath>

#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "train/dump.hpp"
#include "train/learner_state.hpp"
#include "train/step_trace.hpp"

namespace lehr {

std::span<const float> Step::scores() const { return state_->scores; }

void Step::set_scores(std::span<const float> scores) {
  if (state_->event != Event::after_predict) {
    throw Error("the scores can be replaced at after_predict only");
  }
  state_->plans.set_scores(scores);
}

void Step::scale_loss(double factor) {
  if (state_->event != Event::after_predict && state_->event != Event::after_loss) {
    throw Error("the loss can be scaled at after_predict and after_loss only");
  }
  if (!std::isfinite(factor)) {
    throw BadInput("the factor of the loss must be finite, found " + number_text(factor));
  }
  state_->loss_factor *= factor;
  if (state_->event == Event::after_loss) state_->progress.loss *= factor;
}

StepTrace Step::trace() {
  const Batch& traced = state_->current_batch();
  state_->check_batch();
  const auto step = static_cast<std::uint64_t>(state_->progress.train_batches - 1);
  return trace_step({state_->model, *state_->loss, traced, state_->options.seed, step}, state_->parameters);
}

void Step::save_dump(const std::filesystem::path& file, const std::string& message) const {
  if (!state_->in_batch) throw Error("no batch is under way that could be dumped");
  state_->check_batch();
  write_dump(file, *state_, message);
}

Plan& Step::plan() {
  state_->current_batch();  // throws if there is none
  if (state_->plans.current() == nullptr) throw Error("the batch under way has not been predicted yet");
  return *state_->plans.current();
}

}  // namespace lehr
