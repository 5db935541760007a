#pragma once

#include <string_view>

#include "models/builders.hpp"

/// What the residual networks share.
namespace lehr::models {

/// A 3x3 stem at full resolution and stages of basic blocks. Messages call it by its name.
Graph residual_network(std::string_view name, const ResNetSmallOptions& options);

/// Throws BadInput where the request sets what these networks have no use for.
ResNetSmallOptions residual_options(std::string_view name, const ModelRequest& request);

}  // namespace lehr::models
