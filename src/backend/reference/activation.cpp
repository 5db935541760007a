#include "backend/reference/activation.hpp"

#include <algorithm>
#include <cmath>

namespace lehr::reference {

using Kind = FusedActivation::Kind;

double activate(const FusedActivation& activation, double x) {
  const double leaky = x < 0 ? x * static_cast<double>(activation.leak) : x;
  switch (activation.kind) {
    case Kind::none:
      return x;
    case Kind::relu:
      return x < 0 ? 0 : x;
    case Kind::leaky_relu:
      return leaky;
    case Kind::general_relu: {
      const double shifted = leaky - static_cast<double>(activation.subtract);
      return shifted > static_cast<double>(activation.clamp) ? static_cast<double>(activation.clamp)
                                                             : shifted;
    }
    case Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::tanh:
      return std::tanh(x);
  }
  return x;
}

double activation_grad(const FusedActivation& activation, float y, double grad) {
  const double value = static_cast<double>(y);
  const double leak = static_cast<double>(activation.leak);
  switch (activation.kind) {
    case Kind::none:
      return grad;
    case Kind::relu:
      return y > 0 ? grad : 0;
    case Kind::leaky_relu:
      return y > 0 ? grad : grad * leak;
    case Kind::general_relu:
      if (y <= -activation.subtract) return grad * leak;
      return y < activation.clamp ? grad : 0;
    case Kind::sigmoid:
      return grad * value * (1 - value);
    case Kind::tanh:
      return grad * (1 - value * value);
  }
  return grad;
}

}  // namespace lehr::reference
