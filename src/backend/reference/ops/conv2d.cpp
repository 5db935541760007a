#include "backend/reference/double_sums.hpp"
#include "backend/reference/reference_kernel.hpp"
#include "lehr/backend/conv_spec.hpp"

namespace lehr::reference {
namespace {

/// One multiply-add of a convolution: its elements of input, weight and output.
struct Tap {
  std::int64_t n, out_c, out_h, out_w;       ///< indices in the output
  std::int64_t in_c, in_h, in_w;             ///< indices in the input
  std::int64_t group_c, kernel_h, kernel_w;  ///< indices in the weight, in addition to out_c
};

class Conv2d final : public ReferenceKernel {
 public:
  explicit Conv2d(const KernelSpec& spec) : ReferenceKernel(spec), conv_(ConvSpec::from(spec)) {}
  BackwardReads backward_reads() const override {
    return {.inputs = wants_parameter_grad(0), .output = has_activation()};
  }

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    const View<const float> w = weight(args);
    const View<float> y = output(args);
    for_each_output([&](std::int64_t n, std::int64_t oc, std::int64_t oh, std::int64_t ow) {
      double sum = conv_.bias ? static_cast<double>(parameter(args, 1)[oc]) : 0.0;
      for_each_tap(n, oc, oh, ow, [&](const Tap& t) {
        sum += static_cast<double>(x.at(t.n, t.in_c, t.in_h, t.in_w)) *
               static_cast<double>(w.at(t.out_c, t.group_c, t.kernel_h, t.kernel_w));
      });
      y.at(n, oc, oh, ow) = activated(sum);
    });
  }

  void backward(const KernelArgs& args) override {
    if (wants_input_grad(0)) backward_input(args);
    if (wants_parameter_grad(0)) backward_weight(args);
    if (conv_.bias && wants_parameter_grad(1)) backward_bias(args);
  }

 private:
  template <class Body>
  void for_each_output(const Body& body) const {
    for (std::int64_t n = 0; n < conv_.batch; ++n) {
      for (std::int64_t oc = 0; oc < conv_.out_c; ++oc) {
        for (std::int64_t oh = 0; oh < conv_.out_h; ++oh) {
          for (std::int64_t ow = 0; ow < conv_.out_w; ++ow) body(n, oc, oh, ow);
        }
      }
    }
  }

  // The taps of one output that are inside the image.
  template <class Body>
  void for_each_tap(std::int64_t n, std::int64_t oc, std::int64_t oh, std::int64_t ow,
                    const Body& body) const {
    const std::int64_t in_per_group = conv_.in_c / conv_.groups;
    const std::int64_t first_c = oc / (conv_.out_c / conv_.groups) * in_per_group;
    for (std::int64_t c = 0; c < in_per_group; ++c) {
      for (std::int64_t kh = 0; kh < conv_.kernel_h; ++kh) {
        const std::int64_t ih = oh * conv_.stride_h - conv_.pad_h + kh * conv_.dilation_h;
        if (ih < 0 || ih >= conv_.in_h) continue;
        for (std::int64_t kw = 0; kw < conv_.kernel_w; ++kw) {
          const std::int64_t iw = ow * conv_.stride_w - conv_.pad_w + kw * conv_.dilation_w;
          if (iw >= 0 && iw < conv_.in_w) body(Tap{n, oc, oh, ow, first_c + c, ih, iw, c, kh, kw});
        }
      }
    }
  }

  template <class Body>
  void for_each_grad(const KernelArgs& args, const Body& body) const {
    const View<float> y = output(args);
    for_each_output([&](std::int64_t n, std::int64_t oc, std::int64_t oh, std::int64_t ow) {
      const double grad = grad_at(args, &y.at(n, oc, oh, ow) - y.data);
      for_each_tap(n, oc, oh, ow, [&](const Tap& tap) { body(tap, grad); });
    });
  }

  void backward_input(const KernelArgs& args) const {
    const View<const float> w = weight(args);
    DoubleSums dx(input_grad(args));
    for_each_grad(args, [&](const Tap& t, double grad) {
      dx.at(t.n, t.in_c, t.in_h, t.in_w) +=
          grad * static_cast<double>(w.at(t.out_c, t.group_c, t.kernel_h, t.kernel_w));
    });
    dx.store();
  }

  void backward_weight(const KernelArgs& args) const {
    const View<const float> x = input(args);
    DoubleSums dw(weight_grad(args));
    for_each_grad(args, [&](const Tap& t, double grad) {
      dw.at(t.out_c, t.group_c, t.kernel_h, t.kernel_w) +=
          grad * static_cast<double>(x.at(t.n, t.in_c, t.in_h, t.in_w));
    });
    dw.store();
  }

  void backward_bias(const KernelArgs& args) const {
    const std::int64_t rows = conv_.batch * conv_.out_h * conv_.out_w;
    for (std::int64_t oc = 0; oc < conv_.out_c; ++oc) {
      double sum = 0;
      for (std::int64_t row = 0; row < rows; ++row) sum += grad_at(args, row * conv_.out_c + oc);
      parameter_grad(args, 1)[oc] = static_cast<float>(sum);
    }
  }

  ConvSpec conv_;
};

}  // namespace

void register_conv2d(KernelRegistry& registry) {
  registry.add_kernel("conv2d", make<Conv2d>, {.fuses = fuses_all});
}

}  // namespace lehr::reference
