#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {

TensorSpec Flatten::infer(std::span<const TensorSpec> inputs) const {
  const TensorSpec& image = graph::single_image(type(), inputs);
  return {image.dtype, Shape{image.shape[0], image.shape[1] * image.shape[2] * image.shape[3]}};
}

std::optional<Window> Flatten::window(std::span<const TensorSpec> inputs) const {
  const Shape& image = inputs[0].shape;
  return Window{.kernel_h = image[2], .kernel_w = image[3], .stride_h = image[2], .stride_w = image[3]};
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_flatten(OpRegistry& registry) {
  registry.add_built_in("flatten", [](const Attributes&) { return std::make_shared<const ops::Flatten>(); });
}

}  // namespace lehr::graph
