#include <algorithm>

#include "backend/cpu/average_windows.hpp"
#include "backend/cpu/support.hpp"
#include "lehr/backend/conv_spec.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr::cpu {
namespace {

/// Source of the divisor: torch.nn.AvgPool2d. With count_include_pad, the window is clipped at the
/// far padding, otherwise at the image.
std::vector<AverageWindow> windows(std::int64_t out, std::int64_t in, std::int64_t kernel,
                                   std::int64_t stride, std::int64_t pad, bool count_pad) {
  std::vector<AverageWindow> list;
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t start = i * stride - pad;
    const std::int64_t stop = std::min(start + kernel, in + pad);
    const std::int64_t begin = std::max<std::int64_t>(start, 0);
    const std::int64_t end = std::max(begin, std::min(stop, in));
    list.push_back({begin, end, std::max<std::int64_t>(1, count_pad ? stop - start : end - begin)});
  }
  return list;
}

AverageWindows windows_of(const PoolSpec& p) {
  return {p.batch,
          p.channels,
          p.in_h,
          p.in_w,
          windows(p.out_h, p.in_h, p.kernel_h, p.stride_h, p.pad_h, p.count_include_pad),
          windows(p.out_w, p.in_w, p.kernel_w, p.stride_w, p.pad_w, p.count_include_pad)};
}

class AvgPool2d final : public HostKernel {
 public:
  explicit AvgPool2d(const KernelSpec& spec)
      : windows_(windows_of(PoolSpec::from(spec))), input_grad_(wants_input_grad(spec, 0)) {}
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

void register_avg_pool2d(KernelRegistry& registry) {
  registry.add_kernel("avg_pool2d", [](const KernelSpec& spec) { return std::make_unique<AvgPool2d>(spec); });
}

}  // namespace lehr::cpu
