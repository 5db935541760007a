#include <algorithm>

#include "backend/cpu/support.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

/// to[j][i] = from[i][j] for `rows` x `columns` elements, in tiles whose cache lines stay in the
/// first-level cache.
void transpose(const float* from, float* to, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t tile = 16;
  for (std::int64_t j0 = 0; j0 < columns; j0 += tile) {
    const std::int64_t j1 = std::min(columns, j0 + tile);
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = j0; j < j1; ++j) to[j * rows + i] = from[i * columns + j];
    }
  }
}

/// Converts from channels innermost to PyTorch's order with channels outermost. The two are the
/// same for one position or one channel.
class Flatten final : public HostKernel {
 public:
  explicit Flatten(const KernelSpec& spec)
      : batch_(spec.inputs.at(0).shape[0]), input_grad_(wants_input_grad(spec, 0)) {
    const Shape& in = spec.inputs.at(0).shape;
    for (int axis = 1; axis < in.rank(); ++axis) (axis == 1 ? channels_ : positions_) *= in[axis];
  }
  std::string implementation() const override { return is_alias() ? "alias" : "transpose"; }
  bool is_alias() const override { return channels_ == 1 || positions_ == 1; }
  void forward(const KernelArgs& args) override {
    run(floats(args.inputs[0]), floats(args.output), positions_, channels_);
  }
  void backward(const KernelArgs& args) override {
    if (!input_grad_) return;
    run(floats(args.output_grad), floats(args.input_grads[0]), channels_, positions_);
  }

 private:
  void run(const float* from, float* to, std::int64_t rows, std::int64_t columns) const {
    const std::int64_t size = rows * columns;
    parallel_for(batch_, elements_per_thread / (size + 1) + 1,
                 [&](std::int64_t begin, std::int64_t end, int) {
                   for (std::int64_t n = begin; n < end; ++n) {
                     transpose(from + n * size, to + n * size, rows, columns);
                   }
                 });
  }

  std::int64_t batch_;
  std::int64_t channels_ = 1;
  std::int64_t positions_ = 1;
  bool input_grad_;
};

}  // namespace

void register_flatten(KernelRegistry& registry) {
  registry.add_kernel("flatten", [](const KernelSpec& spec) { return std::make_unique<Flatten>(spec); });
}

}  // namespace lehr::cpu
