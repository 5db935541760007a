#include <cmath>

#include "backend/reference/double_sums.hpp"
#include "backend/reference/reference_kernel.hpp"
#include "backend/reference/windows.hpp"

namespace lehr::reference {
namespace {

class MaxPool2d final : public ReferenceKernel {
 public:
  explicit MaxPool2d(const KernelSpec& spec) : ReferenceKernel(spec), pool_(PoolSpec::from(spec)) {}
  BackwardReads backward_reads() const override { return {.inputs = true}; }

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    const View<float> y = output(args);
    for_each_position(y.shape, [&](std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
      y.at(n, c, h, w) = x.data[largest(x, n, c, h, w)];
    });
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    const View<const float> x = input(args);
    const View<float> y = output(args);
    DoubleSums dx(input_grad(args));
    for_each_position(y.shape, [&](std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
      dx[largest(x, n, c, h, w)] += grad_at(args, &y.at(n, c, h, w) - y.data);
    });
    dx.store();
  }

 private:
  // The offset of the window's largest element. The first of equal ones wins, and NaN wins, as in
  // PyTorch.
  std::int64_t largest(const View<const float>& x, std::int64_t n, std::int64_t c, std::int64_t out_h,
                       std::int64_t out_w) const {
    const float* best = nullptr;
    for_each_inside(window_rows(pool_, out_h), window_columns(pool_, out_w),
                    [&](std::int64_t h, std::int64_t w) {
                      const float* candidate = &x.at(n, c, h, w);
                      if (best == nullptr || *candidate > *best || std::isnan(*candidate)) best = candidate;
                    });
    return best - x.data;
  }

  PoolSpec pool_;
};

}  // namespace

void register_max_pool2d(KernelRegistry& registry) { registry.add_kernel("max_pool2d", make<MaxPool2d>); }

}  // namespace lehr::reference
