#include "backend/reference/activation.hpp"

#include <algorithm>
#include <cmath>

#include "lehr/backend/conv_spec.hpp"

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
      const double told_apart =
          x > 0 ? std::max(static_cast<double>(least_of_positive(activation)), shifted) : shifted;
      return told_apart > static_cast<double>(activation.clamp) ? static_cast<double>(activation.clamp)
                                                                : told_apart;
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
      return y <= 0 ? 0 : grad;
    case Kind::leaky_relu:
      return y > 0 ? grad : grad * leak;
    case Kind::general_relu:
      if (y >= activation.clamp) return 0;
      return y > -activation.subtract ? grad : grad * leak;
    case Kind::sigmoid:
      return grad * value * (1 - value);
    case Kind::tanh:
      return grad * (1 - value * value);
  }
  return grad;
}

}  // namespace lehr::reference
