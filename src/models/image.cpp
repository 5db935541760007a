#include "models/image.hpp"

#include <fmt/format.h>

#include "lehr/core/error.hpp"

namespace lehr::models {

NodeId image_input(Graph& graph, std::string_view model, const Shape& in) {
  if (in.rank() != 3) throw BadInput(fmt::format("{} needs images (C, H, W), found {}", model, in.str()));
  return graph.input("input", {DType::f32, Shape{1, in[0], in[1], in[2]}});
}

}  // namespace lehr::models
