#include "callbacks/saturation.hpp"

#include <cmath>

#include "lehr/backend/conv_spec.hpp"

namespace lehr {
namespace {

using Kind = FusedActivation::Kind;

constexpr double flat = 0.97;
constexpr float no_clamp = 1e30F;

}  // namespace

SaturationBounds saturation_bounds(const Node& node, bool of_input) {
  if (node.op == nullptr || node.op->type() != "activation") return {};
  const FusedActivation activation = fused_activation(node.op->attributes());
  const auto input = static_cast<float>(std::atanh(flat));
  const auto tanh_end = static_cast<float>(flat);
  switch (activation.kind) {
    case Kind::tanh:
      return of_input ? SaturationBounds{-input, input} : SaturationBounds{-tanh_end, tanh_end};
    case Kind::sigmoid:  // (1 + tanh(x / 2)) / 2
      return of_input
                 ? SaturationBounds{-2 * input, 2 * input}
                 : SaturationBounds{static_cast<float>((1 - flat) / 2), static_cast<float>((1 + flat) / 2)};
    case Kind::general_relu:
      if (activation.clamp >= no_clamp) return {};
      return {.above = of_input ? activation.clamp + activation.subtract : activation.clamp};
    default:
      return {};
  }
}

}  // namespace lehr
