#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "graph/sliding.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view max_pool2d_name = "max_pool2d";

graph::Sliding sliding(const MaxPool2d::Spec& spec) { return {spec.kernel, spec.stride, spec.padding}; }

}  // namespace

Attributes MaxPool2d::attributes() const { return graph::pooling_attributes(sliding(spec)); }

TensorSpec MaxPool2d::infer(std::span<const TensorSpec> inputs) const {
  return graph::infer_pooling(max_pool2d_name, sliding(spec), inputs);
}

std::optional<Window> MaxPool2d::window(std::span<const TensorSpec>) const {
  return graph::to_window(sliding(spec));
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_max_pool2d(OpRegistry& registry) {
  registry.add_built_in(ops::max_pool2d_name, [](const Attributes& given) {
    const Sliding window = read_pooling(ops::max_pool2d_name, given);
    return std::make_shared<const ops::MaxPool2d>(
        ops::MaxPool2d::Spec{.kernel = window.kernel, .stride = window.stride, .padding = window.padding});
  });
}

}  // namespace lehr::graph
