#include "lehr/graph/cost.hpp"

#include <algorithm>
#include <limits>

#include "graph/checks.hpp"

namespace lehr {
namespace {

// Sums and products that saturate at the largest number. The strides of a malicious graph can
// multiply without limit.
std::int64_t capped_product(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::int64_t>::max() : product;
}
std::int64_t capped_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// Along one axis: the number of input positions that affect one position, and the distance between
// neighbouring positions in input positions.
struct Reach {
  std::int64_t field = 1;
  std::int64_t step = 1;

  void widen(const Reach& other) {
    field = std::max(field, other.field);
    step = std::max(step, other.step);
  }
  void slide(std::int64_t kernel, std::int64_t dilation, std::int64_t stride) {
    field = capped_sum(field, capped_product(capped_product(kernel - 1, dilation), step));
    step = capped_product(step, stride);
  }
};

struct Reach2 {
  Reach h;
  Reach w;
};

Reach2 reach_of(const Node& node, std::span<const TensorSpec> inputs, const std::vector<Reach2>& earlier) {
  Reach2 reach;
  for (const NodeId id : node.inputs) {
    reach.h.widen(earlier[static_cast<std::size_t>(id)].h);
    reach.w.widen(earlier[static_cast<std::size_t>(id)].w);
  }
  if (const auto window = node.op ? node.op->window(inputs) : std::nullopt) {
    reach.h.slide(window->kernel_h, window->dilation_h, window->stride_h);
    reach.w.slide(window->kernel_w, window->dilation_w, window->stride_w);
  }
  return reach;
}

}  // namespace

std::vector<NodeCost> cost_of(const Graph& graph, std::int64_t batch_size) {
  const std::vector<TensorSpec> specs = graph.infer(batch_size);
  std::vector<NodeCost> costs;
  std::vector<Reach2> reaches;
  for (std::size_t id = 0; id < specs.size(); ++id) {
    const Node& node = graph.nodes()[id];
    std::vector<TensorSpec> inputs;
    for (const NodeId from : node.inputs) inputs.push_back(specs[static_cast<std::size_t>(from)]);
    reaches.push_back(reach_of(node, inputs, reaches));
    costs.push_back({.node = static_cast<NodeId>(id),
                     .parameters = trained_elements(node),
                     .multiply_adds = node.op ? node.op->multiply_adds(inputs) : 0,
                     .flops = node.op ? node.op->flops(inputs) : 0,
                     .activation_bytes = static_cast<std::int64_t>(specs[id].bytes()),
                     .receptive_field_h = reaches.back().h.field,
                     .receptive_field_w = reaches.back().w.field});
  }
  return costs;
}

}  // namespace lehr
