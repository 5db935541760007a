#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {

TensorSpec MeanSquaredError::infer(std::span<const TensorSpec> inputs) const {
  graph::expect_count(type(), inputs, 2);
  graph::expect_real(type(), inputs[0]);
  graph::expect_same(type(), inputs[0], inputs[1]);
  return {DType::f32, Shape{1}};
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_mse(OpRegistry& registry) {
  registry.add_built_in("mse",
                        [](const Attributes&) { return std::make_shared<const ops::MeanSquaredError>(); });
}

}  // namespace lehr::graph
