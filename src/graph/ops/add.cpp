#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {

TensorSpec Add::infer(std::span<const TensorSpec> inputs) const {
  graph::expect_at_least_two(type(), inputs);
  graph::expect_real(type(), inputs[0]);
  for (const TensorSpec& input : inputs.subspan(1)) graph::expect_same(type(), inputs[0], input);
  return inputs[0];
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_add(OpRegistry& registry) {
  registry.add_built_in("add", [](const Attributes&) { return std::make_shared<const ops::Add>(); });
}

}  // namespace lehr::graph
