#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/engine/parameters.hpp"

namespace lehr {

/// How weights of convolutions and linear layers start; biases start at 0.
/// kaiming: std sqrt(2 / ((1 + a^2) fan_in)) (He et al. 2015), a = 0; xavier: sqrt(2 / (fan_in + fan_out))
/// (Glorot and Bengio 2010); uniform: bound sqrt(3) std.
enum class Initialisation { kaiming_normal, kaiming_uniform, xavier_normal, xavier_uniform };

/// "kaiming-normal", ... and back; throws BadInput with the nearest valid name.
Initialisation initialisation_by_name(std::string_view name);
std::vector<std::string> initialisation_names();

/// Fills all parameters and states. Each parameter has a random stream of its own, so that adding a layer
/// leaves the others as they were.
void initialise(Parameters& parameters, const Graph& graph, Initialisation how, std::uint64_t seed);

}  // namespace lehr
