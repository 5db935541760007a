#include "lehr/graph/op.hpp"

#include <algorithm>

#include "graph/checks.hpp"

namespace lehr {

std::vector<ParameterSpec> Op::parameters(std::span<const TensorSpec>) const { return {}; }

std::int64_t Op::multiply_adds(std::span<const TensorSpec>) const { return 0; }

std::int64_t Op::flops(std::span<const TensorSpec> inputs) const {
  if (const std::int64_t products = multiply_adds(inputs); products > 0) {
    return graph::checked_product(type(), {2, products});
  }
  const std::int64_t written = infer(inputs).shape.numel();
  return inputs.empty() ? written : std::max(written, inputs[0].shape.numel());
}

std::optional<Window> Op::window(std::span<const TensorSpec>) const { return std::nullopt; }

}  // namespace lehr
