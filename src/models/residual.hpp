#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/builders.hpp"

/// Shared by the residual networks.
namespace lehr::models {

/// A 3x3 stem at full resolution, then stages of basic blocks. `name` is used in messages.
Graph residual_network(std::string_view name, const ResNetSmallOptions& options);

/// The request's options for a network with these widths of its own. Throws BadInput if the request
/// sets options that these networks do not support.
ResNetSmallOptions residual_options(std::string_view name, const ModelRequest& request,
                                    std::vector<std::int64_t> own_widths);

}  // namespace lehr::models
