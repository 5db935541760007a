#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class MeanSquaredError final : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;
  BackwardReads backward_reads() const override { return {.inputs = true}; }

  void forward(const KernelArgs& args) override {
    double sum = 0;
    for (std::int64_t i = 0; i < count(); ++i) sum += difference(args, i) * difference(args, i);
    *output(args).data = static_cast<float>(sum / static_cast<double>(count()));
  }

  void backward(const KernelArgs& args) override {
    const double scale = 2 * grad_at(args, 0) / static_cast<double>(count());
    for (std::size_t side = 0; side < 2; ++side) {
      if (!wants_input_grad(side)) continue;
      float* dx = input_grad(args, side).data;
      const double signed_scale = side == 0 ? scale : -scale;
      for (std::int64_t i = 0; i < count(); ++i) {
        dx[i] = static_cast<float>(signed_scale * difference(args, i));
      }
    }
  }

 private:
  std::int64_t count() const { return spec().inputs[0].shape.numel(); }
  double difference(const KernelArgs& args, std::int64_t i) const {
    return static_cast<double>(input(args, 0).data[i]) - static_cast<double>(input(args, 1).data[i]);
  }
};

}  // namespace

void register_mse(KernelRegistry& registry) { registry.add_kernel("mse", make<MeanSquaredError>); }

}  // namespace lehr::reference
