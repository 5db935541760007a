#include "graph/checks.hpp"
#include "graph/ops.hpp"
#include "lehr/graph/ops.hpp"

namespace lehr::ops {

TensorSpec Concat::infer(std::span<const TensorSpec> inputs) const {
  graph::expect_at_least_two(type(), inputs);
  graph::expect_real(type(), inputs[0]);
  graph::expect_rank(type(), inputs[0], 4, "(N, C, H, W)");
  const Shape& first = inputs[0].shape;
  std::int64_t channels = first[1];
  for (const TensorSpec& input : inputs.subspan(1)) {
    graph::expect_rank(type(), input, 4, "(N, C, H, W)");
    if (input.dtype != inputs[0].dtype || input.shape.with(1, first[1]) != first) {
      throw BadInput("concat needs inputs that differ only in their channels, found " + first.str() +
                     " and " + input.shape.str());
    }
    channels = graph::checked_spec(type(), input.dtype, {channels + input.shape[1]}).shape[0];
  }
  return graph::checked_spec(type(), inputs[0].dtype, {first[0], channels, first[2], first[3]});
}

}  // namespace lehr::ops

namespace lehr::graph {

void register_concat(OpRegistry& registry) {
  registry.add_built_in("concat", [](const Attributes&) { return std::make_shared<const ops::Concat>(); });
}

}  // namespace lehr::graph
