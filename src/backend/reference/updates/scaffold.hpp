#pragma once

#include <cmath>
#include <memory>

#include "lehr/backend/kernel_registry.hpp"

/// Shared by the plain rules.
namespace lehr::reference {

/// Gradient i with L2 and L1. The sign of zero is zero.
inline double decayed_gradient(const UpdateArgs& args, std::int64_t i) {
  const double value = static_cast<double>(args.parameters[i]);
  const double sign = value > 0 ? 1 : value < 0 ? -1 : 0;
  return static_cast<double>(args.gradients[i]) + static_cast<double>(args.weight_decay) * value +
         static_cast<double>(args.l1) * sign;
}

/// The factor of decoupled decay: 1 - lr * decoupled_decay.
inline double kept_share(const UpdateArgs& args) {
  return 1 - static_cast<double>(args.lr) * static_cast<double>(args.decoupled_decay);
}

/// Parameter i after decoupled decay.
inline double kept_value(const UpdateArgs& args, std::int64_t i) {
  return kept_share(args) * static_cast<double>(args.parameters[i]);
}

/// One step of an elementwise rule: value = kept value - change(i, gradient). `change` also updates
/// the rule's states at element i.
template <class Change>
void step_elements(const UpdateArgs& args, std::int64_t begin, std::int64_t end, const Change& change) {
  for (std::int64_t i = begin; i < end; ++i) {
    const double taken = change(i, decayed_gradient(args, i));
    args.parameters[i] = static_cast<float>(kept_value(args, i) - taken);
  }
}

/// state = factor * state + (1 - factor) * value, rounded to single precision.
inline double update_mean(float& state, double factor, double value) {
  state = static_cast<float>(factor * static_cast<double>(state) + (1 - factor) * value);
  return static_cast<double>(state);
}

/// state = factor * state + (1 - factor) * value^2
inline double update_mean_square(float& state, double factor, double value) {
  state = static_cast<float>(factor * static_cast<double>(state) + (1 - factor) * value * value);
  return static_cast<double>(state);
}

/// The bias correction of a mean with factor beta that started at zero: 1 - beta^steps.
inline double bias_correction(double beta, std::int64_t steps) {
  return 1 - std::pow(beta, static_cast<double>(steps));
}

/// Registers a rule that needs only its UpdateSpec.
template <class Rule>
void add_rule(KernelRegistry& registry, const char* type) {
  registry.add_update(type, [](const UpdateSpec& spec) { return std::make_unique<Rule>(spec); });
}

}  // namespace lehr::reference
