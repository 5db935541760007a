#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "graph/sliding.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view conv2d_name = "conv2d";

graph::Sliding sliding(const Conv2d::Spec& spec) {
  return {spec.kernel, spec.stride, spec.padding, spec.dilation};
}

void check(const Conv2d::Spec& spec) {
  graph::expect_between(conv2d_name, "out_channels", spec.out_channels, 1, graph::max_setting);
  graph::check_sliding(conv2d_name, sliding(spec));
  graph::expect_between(conv2d_name, "groups", spec.groups, 1, graph::max_setting);
  if (spec.out_channels % spec.groups != 0) {
    throw BadInput("conv2d needs out_channels that are a multiple of its " + std::to_string(spec.groups) +
                   " groups, found " + std::to_string(spec.out_channels));
  }
}

Shape weight_shape(const Conv2d::Spec& spec, const Shape& image) {
  return graph::checked_spec(conv2d_name, DType::f32,
                             {spec.out_channels, image[1] / spec.groups, spec.kernel.h, spec.kernel.w})
      .shape;
}

}  // namespace

// Every operation sets its attributes one by one. With a list of attributes, g++ 12 would destroy
// elements that were never constructed if memory runs out.
Attributes Conv2d::attributes() const {
  Attributes all;
  all.set("out_channels", spec.out_channels);
  all.set("kernel", graph::to_attribute(spec.kernel));
  all.set("stride", graph::to_attribute(spec.stride));
  all.set("padding", graph::to_attribute(spec.padding));
  all.set("dilation", graph::to_attribute(spec.dilation));
  all.set("groups", spec.groups);
  all.set("bias", spec.bias);
  return all;
}

TensorSpec Conv2d::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  const TensorSpec& image = graph::single_image(conv2d_name, inputs);
  if (image.shape[1] % spec.groups != 0) {
    throw BadInput("conv2d needs input channels that are a multiple of its " + std::to_string(spec.groups) +
                   " groups, found " + image.shape.str());
  }
  weight_shape(spec, image.shape);
  const Size2 out = graph::positions(conv2d_name, sliding(spec), image.shape);
  return graph::checked_spec(conv2d_name, image.dtype, {image.shape[0], spec.out_channels, out.h, out.w});
}

std::vector<ParameterSpec> Conv2d::parameters(std::span<const TensorSpec> inputs) const {
  std::vector<ParameterSpec> found{{"weight", ParameterRole::weight, weight_shape(spec, inputs[0].shape)}};
  if (spec.bias) found.push_back({"bias", ParameterRole::bias, Shape{spec.out_channels}});
  return found;
}

std::int64_t Conv2d::multiply_adds(std::span<const TensorSpec> inputs) const {
  const std::int64_t a_position = weight_shape(spec, inputs[0].shape).numel() / spec.out_channels;
  return graph::checked_product(conv2d_name, {infer(inputs).shape.numel(), a_position});
}

std::optional<Window> Conv2d::window(std::span<const TensorSpec>) const {
  return graph::to_window(sliding(spec));
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_conv2d(OpRegistry& registry) {
  registry.add_built_in(ops::conv2d_name, [](const Attributes& given) {
    const ops::Conv2d::Spec spec{.out_channels = given.integer("out_channels"),
                                 .kernel = size2(given, "kernel"),
                                 .stride = size2(given, "stride"),
                                 .padding = size2(given, "padding"),
                                 .dilation = size2(given, "dilation"),
                                 .groups = given.integer("groups"),
                                 .bias = given.flag("bias")};
    ops::check(spec);
    return std::make_shared<const ops::Conv2d>(spec);
  });
}

}  // namespace lehr::graph
