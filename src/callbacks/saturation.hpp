#pragma once

#include <limits>

#include "lehr/graph/graph.hpp"

namespace lehr {

/// Values at or beyond these are saturated.
struct SaturationBounds {
  float below = -std::numeric_limits<float>::infinity();
  float above = std::numeric_limits<float>::infinity();
};

/// Where the activation function of a node is flat: tanh beyond 0.97 in magnitude, sigmoid equally
/// far along its range (beyond 0.015 and 0.985), general_relu at its clamp. Other functions and
/// nodes have no bounds. With `of_input`, the bounds are for the function's input instead of its
/// output. Source: the 0.97 of A. Karpathy's lecture on activations and gradients (makemore, part
/// 3).
SaturationBounds saturation_bounds(const Node& node, bool of_input);

}  // namespace lehr
