#include "backend/cpu/average_windows.hpp"
#include "backend/cpu/support.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::cpu {
namespace {

/// Cell i of n covers floor(i * in / n) to ceil((i + 1) * in / n). Source: torch.nn.AdaptiveAvgPool2d.
std::vector<AverageWindow> windows(std::int64_t out, std::int64_t in) {
  std::vector<AverageWindow> list;
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t begin = i * in / out;
    const std::int64_t end = ((i + 1) * in + out - 1) / out;
    list.push_back({begin, end, end - begin});
  }
  return list;
}

AverageWindows windows_of(const Shape& in, const Shape& out) {
  return {in[0], in[1], in[2], in[3], windows(out[2], in[2]), windows(out[3], in[3])};
}

class AdaptiveAvgPool2d final : public HostKernel {
 public:
  explicit AdaptiveAvgPool2d(const KernelSpec& spec)
      : windows_(windows_of(spec.inputs.at(0).shape, spec.output.shape)),
        input_grad_(wants_input_grad(spec, 0)) {}
  std::string implementation() const override { return simd_implementation(); }
  void forward(const KernelArgs& args) override {
    windows_.forward(floats(args.inputs[0]), floats(args.output));
  }
  void backward(const KernelArgs& args) override {
    if (input_grad_) windows_.backward(floats(args.output_grad), floats(args.input_grads[0]));
  }

 private:
  AverageWindows windows_;
  bool input_grad_;
};

}  // namespace

void register_adaptive_avg_pool2d(KernelRegistry& registry) {
  registry.add_kernel("adaptive_avg_pool2d",
                      [](const KernelSpec& spec) { return std::make_unique<AdaptiveAvgPool2d>(spec); });
}

}  // namespace lehr::cpu
