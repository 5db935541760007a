#pragma once

#include "lehr/backend/backend.hpp"

namespace lehr::reference {

/// Gradient i with L2 and L1; the sign of zero is zero.
inline double decayed_gradient(const UpdateArgs& args, std::int64_t i) {
  const double value = static_cast<double>(args.parameters[i]);
  const double sign = value > 0 ? 1 : value < 0 ? -1 : 0;
  return static_cast<double>(args.gradients[i]) + static_cast<double>(args.weight_decay) * value +
         static_cast<double>(args.l1) * sign;
}

/// What decoupled decay leaves of a value.
inline double kept_share(const UpdateArgs& args) {
  return 1 - static_cast<double>(args.lr) * static_cast<double>(args.decoupled_decay);
}

/// Parameter i after decoupled decay.
inline double kept_value(const UpdateArgs& args, std::int64_t i) {
  return kept_share(args) * static_cast<double>(args.parameters[i]);
}

}  // namespace lehr::reference
