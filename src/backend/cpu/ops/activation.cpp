#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/activation.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/conv_spec.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void ActivationForward(const float* x, float* y, std::int64_t begin, std::int64_t end,
                       const FusedActivation& given) {
  const FusedActivation activation = given;  // a copy, which stores through y cannot change
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      access.store(activate<kind>(FloatTag(), access.load(x + i), activation), y + i);
    });
  });
}

void ActivationBackward(const float* y, const float* grad, float* input_grad, std::int64_t begin,
                        std::int64_t end, const FusedActivation& activation) {
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec g =
          activation_grad<kind>(FloatTag(), access.load(y + i), access.load(grad + i), activation);
      access.store(g, input_grad + i);
    });
  });
}

/// Written as a quotient, so that x = -1e38 gives 0. The sigmoid would underflow to a denormal
/// first.
void SiluForward(const float* x, float* y, std::int64_t begin, std::int64_t end) {
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec v = access.load(x + i);
    access.store(hn::Div(v, one_plus_exp_of_negative(FloatTag(), v)), y + i);
  });
}

/// (x s(x))' = s (1 + x (1 - s))
void SiluBackward(const float* x, const float* grad, float* input_grad, std::int64_t begin,
                  std::int64_t end) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0F);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec v = access.load(x + i);
    const FloatVec s = sigmoid(d, v);
    const FloatVec slope = hn::Mul(s, hn::MulAdd(v, hn::Sub(one, s), one));
    access.store(hn::Mul(access.load(grad + i), slope), input_grad + i);
  });
}

/// The standard normal distribution function Phi(x) = erfc(-x / sqrt(2)) / 2 and its density.
struct Normal {
  FloatVec distribution;
  FloatVec density;
};

/// For z = |x| / sqrt(2) and t = 1 / (1 + z / 2), erfc(z) = t exp(-z^2 + p(t)). p is our own
/// least-squares fit in Chebyshev form, with a relative error of 6.4e-8.
HWY_INLINE Normal normal(FloatTag d, FloatVec x) {
  constexpr float p[] = {-1.26549398F, 0.999605989F, 0.377980914F, 0.0772511209F, -0.12735071F,
                         0.167049535F, -1.00075084F, 1.38905741F,  -0.780854651F, 0.163505276F};
  const FloatVec one = hn::Set(d, 1.0F);
  const FloatVec half = hn::Set(d, 0.5F);
  const FloatVec z = hn::Mul(hn::Abs(x), hn::Set(d, 0.70710678F));
  const FloatVec t = hn::Div(one, hn::MulAdd(z, half, one));
  FloatVec sum = hn::Set(d, p[9]);
  for (int i = 8; i >= 0; --i) sum = hn::MulAdd(sum, t, hn::Set(d, p[i]));
  const FloatVec square = hn::Mul(z, z);
  const FloatVec tail = hn::Mul(hn::Mul(half, t), hn::Exp(d, hn::Sub(sum, square)));
  const FloatVec distribution = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(one, tail));
  const FloatVec density = hn::Mul(hn::Set(d, 0.39894228F), hn::Exp(d, hn::Neg(square)));
  return {distribution, density};
}

void GeluForward(const float* x, float* y, std::int64_t begin, std::int64_t end) {
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec v = access.load(x + i);
    access.store(hn::Mul(v, normal(FloatTag(), v).distribution), y + i);
  });
}

void GeluBackward(const float* x, const float* grad, float* input_grad, std::int64_t begin,
                  std::int64_t end) {
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec v = access.load(x + i);
    const Normal n = normal(FloatTag(), v);
    const FloatVec slope = hn::MulAdd(v, n.density, n.distribution);
    access.store(hn::Mul(access.load(grad + i), slope), input_grad + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(ActivationForward);
HWY_EXPORT(ActivationBackward);
HWY_EXPORT(SiluForward);
HWY_EXPORT(SiluBackward);
HWY_EXPORT(GeluForward);
HWY_EXPORT(GeluBackward);

enum class Rule { from_output, silu, gelu };

Rule rule_of(const Attributes& attributes) {
  const std::string& kind = attributes.text("kind");
  if (kind == "silu") return Rule::silu;
  return kind == "gelu" ? Rule::gelu : Rule::from_output;
}

/// Elementwise functions. The derivatives of SiLU and GELU are computed from the input, the others
/// from the output.
class Activation final : public HostKernel {
 public:
  explicit Activation(const KernelSpec& spec)
      : rule_(rule_of(spec.attributes)),
        activation_(fused_activation(spec.attributes)),
        count_(spec.output.shape.numel()),
        input_grad_(wants_input_grad(spec, 0)) {}
  std::string implementation() const override { return simd_implementation(); }
  BackwardReads backward_reads() const override {
    const bool from_output = rule_ == Rule::from_output;
    return {.inputs = !from_output, .output = from_output};
  }

  void forward(const KernelArgs& args) override {
    const float* const x = floats(args.inputs[0]);
    float* const y = floats(args.output);
    parallel_for(count_, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      if (rule_ == Rule::silu) return HWY_DYNAMIC_DISPATCH(SiluForward)(x, y, begin, end);
      if (rule_ == Rule::gelu) return HWY_DYNAMIC_DISPATCH(GeluForward)(x, y, begin, end);
      HWY_DYNAMIC_DISPATCH(ActivationForward)(x, y, begin, end, activation_);
    });
  }

  void backward(const KernelArgs& args) override {
    if (!input_grad_) return;
    const float* const grad = floats(args.output_grad);
    float* const input_grad = floats(args.input_grads[0]);
    const void* const read = rule_ == Rule::from_output ? args.output : args.inputs[0];
    parallel_for(count_, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      const float* const v = floats(read);
      if (rule_ == Rule::silu) return HWY_DYNAMIC_DISPATCH(SiluBackward)(v, grad, input_grad, begin, end);
      if (rule_ == Rule::gelu) return HWY_DYNAMIC_DISPATCH(GeluBackward)(v, grad, input_grad, begin, end);
      HWY_DYNAMIC_DISPATCH(ActivationBackward)(v, grad, input_grad, begin, end, activation_);
    });
  }

 private:
  Rule rule_;
  FusedActivation activation_;
  std::int64_t count_;
  bool input_grad_;
};

}  // namespace

void register_activation(KernelRegistry& registry) {
  registry.add_kernel("activation",
                      [](const KernelSpec& spec) { return std::make_unique<Activation>(spec); });
}

}  // namespace lehr::cpu
#endif
