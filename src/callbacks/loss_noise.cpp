#include "lehr/callbacks/loss_noise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "lehr/train/learner.hpp"

namespace lehr {
namespace {

constexpr std::size_t fewest_losses = 3;  // two determine the trend

}  // namespace

double deviation_from_trend(std::span<const double> losses) {
  if (losses.size() < fewest_losses) return std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(losses.size());
  const double middle = (count - 1) / 2;
  double mean = 0;
  for (const double loss : losses) mean += loss / count;
  double slope = 0;
  double spread = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double at = static_cast<double>(i) - middle;
    slope += at * (losses[i] - mean);
    spread += at * at;
  }
  slope /= spread;
  double squares = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double rest = losses[i] - mean - slope * (static_cast<double>(i) - middle);
    squares += rest * rest;
  }
  return std::sqrt(squares / (count - 2));
}

void LossNoise::before_fit(Learner&) { first_.clear(); }
void LossNoise::before_train(Learner&) { losses_.clear(); }

void LossNoise::after_loss(Learner& learner) {
  const Progress& progress = learner.progress();
  if (!progress.training || progress.weight == 0) return;
  losses_.push_back(progress.loss);
  if (first_.empty()) first_.push_back(progress.loss);
}

void LossNoise::after_train(Learner& learner) {
  if (losses_.empty()) return;
  learner.record_value("loss_spike", std::ranges::max(losses_) / first_.front());
  const std::span<const double> third = std::span(losses_).last(losses_.size() / 3);
  const double noise = deviation_from_trend(third);
  if (std::isfinite(noise)) learner.record_value("loss_noise", noise);
}

void LossNoise::save_state(CallbackState& state) const {
  state.tables["first"].add("loss", StateTable::Reals(first_));
  state.tables["epoch"].add("loss", StateTable::Reals(losses_));
}

void LossNoise::load_state(const CallbackState& state) {
  first_ = state.table("first").reals("loss");
  losses_ = state.table("epoch").reals("loss");
}

}  // namespace lehr
