#pragma once

#include "backend/reference/double_sums.hpp"
#include "backend/reference/reference_kernel.hpp"
#include "backend/reference/windows.hpp"

namespace lehr::reference {

/// Means over windows. Derived provides the windows, rows(out_h) and columns(out_w), and the
/// divisor of a window's sum, divisor(rows, columns).
template <class Derived>
class AverageKernel : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    const View<float> y = output(args);
    for_each_position(y.shape, [&](std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
      const Range rows = derived().rows(h);
      const Range columns = derived().columns(w);
      double sum = 0;
      for_each_inside(rows, columns, [&](std::int64_t ih, std::int64_t iw) {
        sum += static_cast<double>(x.at(n, c, ih, iw));
      });
      y.at(n, c, h, w) = static_cast<float>(sum / derived().divisor(rows, columns));
    });
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    const View<float> y = output(args);
    DoubleSums dx(input_grad(args));
    for_each_position(y.shape, [&](std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
      const Range rows = derived().rows(h);
      const Range columns = derived().columns(w);
      const double share = grad_at(args, &y.at(n, c, h, w) - y.data) / derived().divisor(rows, columns);
      for_each_inside(rows, columns, [&](std::int64_t ih, std::int64_t iw) { dx.at(n, c, ih, iw) += share; });
    });
    dx.store();
  }

 private:
  const Derived& derived() const { return static_cast<const Derived&>(*this); }
};

}  // namespace lehr::reference
