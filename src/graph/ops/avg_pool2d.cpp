#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "graph/sliding.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view avg_pool2d_name = "avg_pool2d";

graph::Sliding sliding(const AvgPool2d::Spec& spec) { return {spec.kernel, spec.stride, spec.padding}; }

}  // namespace

Attributes AvgPool2d::attributes() const {
  Attributes found = graph::pooling_attributes(sliding(spec));
  found.set("count_include_pad", spec.count_include_pad);
  return found;
}

TensorSpec AvgPool2d::infer(std::span<const TensorSpec> inputs) const {
  return graph::infer_pooling(avg_pool2d_name, sliding(spec), inputs);
}

std::optional<Window> AvgPool2d::window(std::span<const TensorSpec>) const {
  return graph::to_window(sliding(spec));
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_avg_pool2d(OpRegistry& registry) {
  registry.add_built_in(ops::avg_pool2d_name, [](const Attributes& given) {
    const Sliding window = read_pooling(ops::avg_pool2d_name, given);
    return std::make_shared<const ops::AvgPool2d>(
        ops::AvgPool2d::Spec{.kernel = window.kernel,
                             .stride = window.stride,
                             .padding = window.padding,
                             .count_include_pad = given.flag("count_include_pad")});
  });
}

}  // namespace lehr::graph
