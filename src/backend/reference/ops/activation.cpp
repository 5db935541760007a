#include "backend/reference/activation.hpp"

#include <cmath>
#include <numbers>

#include "backend/reference/reference_kernel.hpp"
#include "lehr/backend/conv_spec.hpp"

namespace lehr::reference {
namespace {

/// relu, leaky_relu, general_relu, sigmoid and tanh. Their derivatives are computed from the
/// output.
class SimpleActivation final : public ReferenceKernel {
 public:
  explicit SimpleActivation(const KernelSpec& spec)
      : ReferenceKernel(spec), function_(fused_activation(spec.attributes)) {
    if (function_.kind == FusedActivation::Kind::none) {
      throw Error("the reference backend has no activation \"" + spec.attributes.text("kind") + "\" (node " +
                  spec.name + ")");
    }
  }
  BackwardReads backward_reads() const override { return {.output = true}; }

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    float* y = output(args).data;
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
      y[i] = static_cast<float>(activate(function_, static_cast<double>(x.data[i])));
    }
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    const float* y = output(args).data;
    const View<float> dx = input_grad(args);
    for (std::int64_t i = 0; i < dx.shape.numel(); ++i) {
      dx.data[i] = static_cast<float>(activation_grad(function_, y[i], grad_at(args, i)));
    }
  }

 private:
  FusedActivation function_;
};

struct Silu {
  static double value(double x) { return x / (1 + std::exp(-x)); }
  static double derivative(double x) {
    const double sigmoid = 1 / (1 + std::exp(-x));
    return sigmoid * (1 + x * (1 - sigmoid));
  }
};

struct Gelu {
  static double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
  static double value(double x) { return x * normal_cdf(x); }
  static double derivative(double x) {
    const double density = std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
    return normal_cdf(x) + x * density;
  }
};

/// Functions whose derivatives are computed from the input.
template <class Function>
class SmoothActivation final : public ReferenceKernel {
 public:
  using ReferenceKernel::ReferenceKernel;
  BackwardReads backward_reads() const override { return {.inputs = true}; }

  void forward(const KernelArgs& args) override {
    const View<const float> x = input(args);
    float* y = output(args).data;
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
      y[i] = static_cast<float>(Function::value(static_cast<double>(x.data[i])));
    }
  }

  void backward(const KernelArgs& args) override {
    if (!wants_input_grad(0)) return;
    const View<const float> x = input(args);
    float* dx = input_grad(args).data;
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) {
      dx[i] = static_cast<float>(Function::derivative(static_cast<double>(x.data[i])) * grad_at(args, i));
    }
  }
};

std::unique_ptr<HostKernel> make_activation(const KernelSpec& spec) {
  const std::string& kind = spec.attributes.text("kind");
  if (kind == "silu") return make<SmoothActivation<Silu>>(spec);
  if (kind == "gelu") return make<SmoothActivation<Gelu>>(spec);
  return make<SimpleActivation>(spec);
}

}  // namespace

void register_activation(KernelRegistry& registry) { registry.add_kernel("activation", make_activation); }

}  // namespace lehr::reference
