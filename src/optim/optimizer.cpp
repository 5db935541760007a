#include "lehr/optim/optimizer.hpp"

#include <array>
#include <cmath>

#include "lehr/core/error.hpp"
#include "optim/settings.hpp"

namespace lehr {
namespace {

constexpr std::size_t most_states = 4;

void check_ranges(const std::vector<ParameterRange>& ranges, std::int64_t parameters) {
  for (const ParameterRange& range : ranges) {
    if (range.offset < 0 || range.count < 0 || range.offset > parameters - range.count) {
      throw Error("a parameter range of " + std::to_string(range.count) + " elements from " +
                  std::to_string(range.offset) + " does not lie within " + std::to_string(parameters));
    }
  }
}

}  // namespace

Sgd::operator OptimizerSpec() const {
  return {{"sgd", {{"dampening", dampening}, {"nesterov", nesterov}}}, momentum, weight_decay};
}

Adam::operator OptimizerSpec() const {
  return {{"adam", {{"beta2", beta2}, {"eps", eps}}}, beta1, weight_decay};
}

std::vector<std::string> optimizer_names() { return {"adam", "sgd"}; }

OptimizerSpec optimizer_by_name(std::string_view name) {
  if (name == "adam") return Adam{};
  if (name == "sgd") return Sgd{};
  throw unknown_name("optimizer", name, optimizer_names());
}

Optimizer::Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
                     const Backend& backend)
    : spec_(spec), count_(parameters), ranges_(std::move(ranges)) {
  optim::check_settings(spec_);
  check_ranges(ranges_, count_);
  update_ = backend.update(spec_.update);
  const int states = update_->states();
  if (states < 0 || static_cast<std::size_t>(states) > most_states) {
    throw Error("the optimizer " + spec_.update.type + " asks for " + std::to_string(states) + " states");
  }
  for (int state = 0; state < states; ++state) {
    states_.push_back(
        std::static_pointer_cast<float>(backend.allocate(static_cast<std::size_t>(count_) * sizeof(float))));
  }
}

void Optimizer::step(float* values, const float* grads, double lr, double momentum) {
  optim::require(lr >= 0 && std::isfinite(lr), "the learning rate", "finite and not negative", lr);
  const auto used_momentum = static_cast<float>(momentum < 0 ? spec_.momentum : momentum);
  optim::require(used_momentum < 1, "the momentum", "below 1", momentum);
  ++steps_;
  for (const ParameterRange& range : ranges_) {
    std::array<float*, most_states> states{};
    for (std::size_t i = 0; i < states_.size(); ++i) states[i] = states_[i].get() + range.offset;
    update_->apply({.parameters = values + range.offset,
                    .gradients = grads + range.offset,
                    .states = std::span<float* const>(states).first(states_.size()),
                    .count = range.count,
                    .step = steps_,
                    .lr = static_cast<float>(lr),
                    .momentum = used_momentum,
                    .weight_decay = range.decay ? static_cast<float>(spec_.weight_decay) : 0.0F});
  }
}

std::size_t Optimizer::state_bytes() const {
  return states_.size() * static_cast<std::size_t>(count_) * sizeof(float);
}

}  // namespace lehr
