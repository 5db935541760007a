#include "backend/reference/reference_kernel.hpp"

namespace lehr::reference {
namespace {

class Linear final : public ReferenceKernel {
 public:
  explicit Linear(const KernelSpec& spec)
      : ReferenceKernel(spec),
        batch_(spec.output.shape[0]),
        in_(spec.inputs.at(0).shape[1]),
        out_(spec.output.shape[1]),
        bias_(spec.parameters.size() > 1) {}
  BackwardReads backward_reads() const override {
    return {.inputs = wants_parameter_grad(0), .output = has_activation()};
  }

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    const View<const float> w = weight(args);
    const View<float> y = output(args);
    for (std::int64_t n = 0; n < batch_; ++n) {
      for (std::int64_t o = 0; o < out_; ++o) {
        double sum = bias_ ? static_cast<double>(parameter(args, 1)[o]) : 0.0;
        for (std::int64_t i = 0; i < in_; ++i) {
          sum += static_cast<double>(x.at(n, i)) * static_cast<double>(w.at(o, i));
        }
        y.at(n, o) = activated(sum);
      }
    }
  }

  void backward(const KernelArgs& args) override {
    if (wants_input_grad(0)) backward_input(args);
    if (wants_parameter_grad(0)) backward_weight(args);
    if (bias_ && wants_parameter_grad(1)) backward_bias(args);
  }

 private:
  void backward_input(const KernelArgs& args) const {
    const View<const float> w = weight(args);
    const View<float> dx = input_grad(args);
    for (std::int64_t n = 0; n < batch_; ++n) {
      for (std::int64_t i = 0; i < in_; ++i) {
        double sum = 0;
        for (std::int64_t o = 0; o < out_; ++o) {
          sum += grad_at(args, n * out_ + o) * static_cast<double>(w.at(o, i));
        }
        dx.at(n, i) = static_cast<float>(sum);
      }
    }
  }

  void backward_weight(const KernelArgs& args) const {
    const View<const float> x = input(args);
    const View<float> dw = weight_grad(args);
    for (std::int64_t o = 0; o < out_; ++o) {
      for (std::int64_t i = 0; i < in_; ++i) {
        double sum = 0;
        for (std::int64_t n = 0; n < batch_; ++n) {
          sum += grad_at(args, n * out_ + o) * static_cast<double>(x.at(n, i));
        }
        dw.at(o, i) = static_cast<float>(sum);
      }
    }
  }

  void backward_bias(const KernelArgs& args) const {
    for (std::int64_t o = 0; o < out_; ++o) {
      double sum = 0;
      for (std::int64_t n = 0; n < batch_; ++n) sum += grad_at(args, n * out_ + o);
      parameter_grad(args, 1)[o] = static_cast<float>(sum);
    }
  }

  std::int64_t batch_;
  std::int64_t in_;
  std::int64_t out_;
  bool bias_;
};

}  // namespace

void register_linear(KernelRegistry& registry) {
  registry.add_kernel("linear", make<Linear>, {.fuses = fuses_all});
}

}  // namespace lehr::reference
