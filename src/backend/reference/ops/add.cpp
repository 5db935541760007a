#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class Add final : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;
  BackwardReads backward_reads() const override { return {.output = has_activation()}; }

  void forward(const KernelArgs& args) override {
    const View<float> y = output(args);
    for (std::int64_t i = 0; i < y.shape.numel(); ++i) {
      double sum = 0;
      for (const void* term : args.inputs) sum += static_cast<double>(static_cast<const float*>(term)[i]);
      y.data[i] = activated(sum);
    }
  }

  void backward(const KernelArgs& args) override {
    for (std::size_t term = 0; term < spec().inputs.size(); ++term) {
      if (!wants_input_grad(term)) continue;
      const View<float> dx = input_grad(args, term);
      for (std::int64_t i = 0; i < dx.shape.numel(); ++i) dx.data[i] = static_cast<float>(grad_at(args, i));
    }
  }
};

}  // namespace

void register_add(KernelRegistry& registry) { registry.add_kernel("add", make<Add>, {.fuses = fuses_all}); }

}  // namespace lehr::reference
