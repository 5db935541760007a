#pragma once

#include <string_view>

#include "lehr/graph/graph.hpp"

namespace lehr::models {

/// Adds the input "input" of images (C, H, W). Throws BadInput, naming the model, if `in` is not
/// such a shape.
NodeId image_input(Graph& graph, std::string_view model, const Shape& in);

}  // namespace lehr::models
