#pragma once

#include <string>
#include <vector>

#include "lehr/graph/ops.hpp"

/// Names of activation functions in a configuration, with dashes: "leaky-relu".
namespace lehr::run {

std::vector<std::string> activation_names();
/// Accepts underscores too. Throws BadInput with the nearest name.
ops::Activation::Kind activation_named(const std::string& name);
std::string name_of_activation(ops::Activation::Kind kind);

}  // namespace lehr::run
