#include "lehr/callbacks/gradient_noise_scale.hpp"

#include <algorithm>
#include <optional>

#include "lehr/callbacks/gradient_accumulation.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/number_text.hpp"
#include "lehr/train/learner.hpp"
#include "train/noise_estimate.hpp"

namespace lehr {

struct GradientNoiseScale::State {
  GradientNoiseScaleOptions options;
  bool accumulates = false;
  std::optional<PartsOfBatches> halves;  // made at the first batch that is measured
  std::vector<GradientPart> parts;       // the batches accumulated since the last step
  double squares_of_mean = 0;            // at the last before_step; its step may be cancelled
  NoiseEstimate sum;                     // over the epoch
  std::int64_t count = 0;                // of the epoch
  NoiseEstimate smoothed;

  void add(const NoiseEstimate& one) {
    sum.signal += one.signal;
    sum.noise += one.noise;
    ++count;
    smoothed.signal = options.smoothing * smoothed.signal + one.signal;
    smoothed.noise = options.smoothing * smoothed.noise + one.noise;
  }
};

GradientNoiseScale::GradientNoiseScale(GradientNoiseScaleOptions options)
    : state_(std::make_unique<State>()) {
  if (options.every < 1) {
    throw BadInput("GradientNoiseScale measures every 1 batch or more, found " +
                   std::to_string(options.every));
  }
  if (!(options.smoothing >= 0 && options.smoothing < 1)) {
    throw BadInput("the smoothing of GradientNoiseScale must be at least 0 and below 1, found " +
                   number_text(options.smoothing));
  }
  state_->options = options;
}

GradientNoiseScale::~GradientNoiseScale() = default;
GradientNoiseScale::GradientNoiseScale(GradientNoiseScale&&) noexcept = default;
GradientNoiseScale& GradientNoiseScale::operator=(GradientNoiseScale&&) noexcept = default;

void GradientNoiseScale::before_fit(Learner& learner) {
  const GradientNoiseScaleOptions options = state_->options;
  state_ = std::make_unique<State>();
  state_->options = options;
  state_->accumulates = !learner.all_callbacks<GradientAccumulation>().empty();
}

void GradientNoiseScale::before_train(Learner&) {
  state_->sum = {};
  state_->count = 0;
  state_->parts.clear();
}

void GradientNoiseScale::before_batch(Learner& learner) {
  State& s = *state_;
  const Progress& p = learner.progress();
  if (!p.training || s.accumulates || learner.batch().size < 2) return;
  if (p.batch % s.options.every != std::min(s.options.every, p.batches) / 2) return;
  if (s.halves) {
    s.halves->follow(learner);
  } else {
    s.halves.emplace(learner, 2);
  }
  s.add(s.halves->measure(learner.batch(), static_cast<std::uint64_t>(p.train_batches)));
}

void GradientNoiseScale::after_backward(Learner& learner) {
  State& s = *state_;
  if (!s.accumulates || learner.progress().weight == 0) return;
  const Parameters& parameters = learner.parameters();
  s.parts.push_back(
      {static_cast<double>(learner.batch().size), parameters.backend().sum_of_squares(parameters.grads())});
}

void GradientNoiseScale::before_step(Learner& learner) {
  if (!state_->accumulates) return;
  const Parameters& parameters = learner.parameters();
  state_->squares_of_mean = parameters.backend().sum_of_squares(parameters.grads());
}

void GradientNoiseScale::after_step(Learner&) {
  State& s = *state_;
  if (s.parts.size() >= 2) s.add(noise_estimate(s.parts, s.squares_of_mean));
  s.parts.clear();
}

void GradientNoiseScale::after_train(Learner& learner) {
  const State& s = *state_;
  if (s.count == 0) return;
  const auto count = static_cast<double>(s.count);
  learner.record_value("noise_scale_signal", s.sum.signal / count);
  learner.record_value("noise_scale_noise", s.sum.noise / count);
  if (s.sum.signal > 0) learner.record_value("noise_scale", s.sum.noise / s.sum.signal);
  if (s.smoothed.signal > 0)
    learner.record_value("noise_scale_smoothed", s.smoothed.noise / s.smoothed.signal);
}

void GradientNoiseScale::clean_up(Learner&) { state_->halves.reset(); }

void GradientNoiseScale::save_state(CallbackState& state) const {
  const State& s = *state_;
  state.numbers["signal"] = s.sum.signal;
  state.numbers["noise"] = s.sum.noise;
  state.integers["count"] = s.count;
  state.numbers["smoothed_signal"] = s.smoothed.signal;
  state.numbers["smoothed_noise"] = s.smoothed.noise;
  StateTable::Reals images;
  StateTable::Reals squares;
  for (const GradientPart& part : s.parts) {
    images.push_back(part.images);
    squares.push_back(part.squares);
  }
  state.tables["parts"].add("images", std::move(images));
  state.tables["parts"].add("squares", std::move(squares));
}

void GradientNoiseScale::load_state(const CallbackState& state) {
  State& s = *state_;
  s.sum = {state.number("signal"), state.number("noise")};
  s.count = state.integer("count");
  s.smoothed = {state.number("smoothed_signal"), state.number("smoothed_noise")};
  s.parts.clear();
  const StateTable& parts = state.table("parts");
  for (std::size_t i = 0; i < parts.rows(); ++i) {
    s.parts.push_back({parts.reals("images")[i], parts.reals("squares")[i]});
  }
}

}  // namespace lehr
