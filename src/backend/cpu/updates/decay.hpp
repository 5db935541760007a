#pragma once

#include "lehr/backend/backend.hpp"

namespace lehr::cpu {

/// The constants of weight decay in one step.
struct Decay {
  float l2;
  float l1;
  float keep;  ///< what decoupled decay leaves of a value: 1 - lr * decoupled_decay
};

inline Decay decay_of(const UpdateArgs& args) {
  const double taken = static_cast<double>(args.lr) * static_cast<double>(args.decoupled_decay);
  return {args.weight_decay, args.l1, static_cast<float>(1 - taken)};
}

}  // namespace lehr::cpu
