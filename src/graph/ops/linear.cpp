#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {
namespace {

constexpr std::string_view linear_name = "linear";

void check(const Linear::Spec& spec) {
  graph::expect_between(linear_name, "out_features", spec.out_features, 1, graph::max_setting);
}

Shape weight_shape(const Linear::Spec& spec, const Shape& input) {
  return graph::checked_spec(linear_name, DType::f32, {spec.out_features, input[1]}).shape;
}

}  // namespace

Attributes Linear::attributes() const {
  Attributes all;
  all.set("out_features", spec.out_features);
  all.set("bias", spec.bias);
  return all;
}

TensorSpec Linear::infer(std::span<const TensorSpec> inputs) const {
  check(spec);
  const TensorSpec& input = graph::single_input(linear_name, inputs);
  graph::expect_rank(linear_name, input, 2, "(N, features), which flatten makes of an image");
  weight_shape(spec, input.shape);
  return graph::checked_spec(linear_name, input.dtype, {input.shape[0], spec.out_features});
}

std::vector<ParameterSpec> Linear::parameters(std::span<const TensorSpec> inputs) const {
  std::vector<ParameterSpec> found{{"weight", ParameterRole::weight, weight_shape(spec, inputs[0].shape)}};
  if (spec.bias) found.push_back({"bias", ParameterRole::bias, Shape{spec.out_features}});
  return found;
}

std::int64_t Linear::multiply_adds(std::span<const TensorSpec> inputs) const {
  const Shape& input = inputs[0].shape;
  return graph::checked_product(linear_name, {input[0], input[1], spec.out_features});
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_linear(OpRegistry& registry) {
  registry.add_built_in(ops::linear_name, [](const Attributes& given) {
    const ops::Linear::Spec spec{.out_features = given.integer("out_features"), .bias = given.flag("bias")};
    ops::check(spec);
    return std::make_shared<const ops::Linear>(spec);
  });
}

}  // namespace lehr::graph
