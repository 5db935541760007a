#pragma once

#include <algorithm>
#include <cmath>

#include "lehr/backend/backend.hpp"

namespace lehr::test {

/// f(x) of a fused activation, in double.
inline double activated(double x, const FusedActivation& a) {
  const double leaky = x < 0 ? x * static_cast<double>(a.leak) : x;
  switch (a.kind) {
    case FusedActivation::Kind::none:
      return x;
    case FusedActivation::Kind::relu:
      return std::max(x, 0.0);
    case FusedActivation::Kind::leaky_relu:
      return leaky;
    case FusedActivation::Kind::general_relu:
      return std::min(leaky - static_cast<double>(a.subtract), static_cast<double>(a.clamp));
    case FusedActivation::Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case FusedActivation::Kind::tanh:
      return std::tanh(x);
  }
  return x;
}

/// f'(x), computed from y = f(x).
inline double derivative(double y, const FusedActivation& a) {
  switch (a.kind) {
    case FusedActivation::Kind::none:
      return 1;
    case FusedActivation::Kind::relu:
      return y > 0 ? 1 : 0;
    case FusedActivation::Kind::leaky_relu:
      return y > 0 ? 1 : static_cast<double>(a.leak);
    case FusedActivation::Kind::general_relu:
      return y >= static_cast<double>(a.clamp)      ? 0
             : y > -static_cast<double>(a.subtract) ? 1
                                                    : static_cast<double>(a.leak);
    case FusedActivation::Kind::sigmoid:
      return y * (1 - y);
    case FusedActivation::Kind::tanh:
      return 1 - y * y;
  }
  return 1;
}

}  // namespace lehr::test
