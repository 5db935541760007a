// Fused activations on vectors, compiled once per SIMD target. Include this inside a file that uses
// hwy/foreach_target.h. Each function is a template on the kind, so no vector pays for a branch.
#if defined(LEHR_BACKEND_CPU_ACTIVATION_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_ACTIVATION_INL_HPP_
#undef LEHR_BACKEND_CPU_ACTIVATION_INL_HPP_
#else
#define LEHR_BACKEND_CPU_ACTIVATION_INL_HPP_
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "lehr/backend/conv_spec.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using ActivationKind = FusedActivation::Kind;

/// 1 + e^-x, infinite for x < -88.8. NaN stays NaN. The argument of hn::Exp must be at most 104.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V one_plus_exp_of_negative(D d, V x) {
  const V e = hn::Exp(d, hn::Min(hn::Neg(x), hn::Set(d, 100.0F)));
  return hn::Add(hn::Set(d, 1.0F), hn::IfThenElse(hn::IsNaN(x), x, e));
}

/// 1 / (1 + e^-x)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  return hn::Div(hn::Set(d, 1.0F), one_plus_exp_of_negative(d, x));
}

/// f(x). NaN stays NaN, because on x86 Max and Min then return their second operand.
template <ActivationKind kind, class D, class V = hn::Vec<D>>
HWY_INLINE V activate(D d, V x, const FusedActivation& a) {
  if constexpr (kind == ActivationKind::none) return x;
  if constexpr (kind == ActivationKind::relu) return hn::Max(hn::Zero(d), x);
  if constexpr (kind == ActivationKind::leaky_relu) {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Mul(x, hn::Set(d, a.leak)), x);
  }
  if constexpr (kind == ActivationKind::general_relu) {
    const V subtract = hn::Set(d, a.subtract);
    const V positive = hn::Max(hn::Set(d, least_of_positive(a)), hn::Sub(x, subtract));
    const V other = hn::Sub(hn::Mul(x, hn::Set(d, a.leak)), subtract);
    return hn::Min(hn::Set(d, a.clamp), hn::IfThenElse(hn::Gt(x, hn::Zero(d)), positive, other));
  }
  if constexpr (kind == ActivationKind::sigmoid) return sigmoid(d, x);
  if constexpr (kind == ActivationKind::tanh) return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
}

/// f'(x) * grad, from y = f(x). At a kink, the derivative is the one from below, as in PyTorch:
/// relu'(0) = 0. The exception is general_relu's clamp: there it is 0, also as in PyTorch. If y is
/// NaN, the gradient passes through.
template <ActivationKind kind, class D, class V = hn::Vec<D>>
HWY_INLINE V activation_grad(D d, V y, V grad, const FusedActivation& a) {
  if constexpr (kind == ActivationKind::none) return grad;
  if constexpr (kind == ActivationKind::relu) return hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), grad);
  if constexpr (kind == ActivationKind::leaky_relu) {
    return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), grad, hn::Mul(grad, hn::Set(d, a.leak)));
  }
  if constexpr (kind == ActivationKind::general_relu) {
    const V leaked = hn::Mul(grad, hn::Set(d, a.leak));
    const V passed = hn::IfThenElse(hn::Gt(y, hn::Set(d, -a.subtract)), grad, leaked);
    return hn::IfThenZeroElse(hn::Ge(y, hn::Set(d, a.clamp)), passed);
  }
  if constexpr (kind == ActivationKind::sigmoid) {
    return hn::Mul(grad, hn::Mul(y, hn::Sub(hn::Set(d, 1.0F), y)));
  }
  if constexpr (kind == ActivationKind::tanh) return hn::Mul(grad, hn::NegMulAdd(y, y, hn::Set(d, 1.0F)));
}

/// Calls body.template operator()<kind>() for a kind that is known only at run time.
template <class Body>
HWY_INLINE void with_activation(ActivationKind kind, const Body& body) {
  switch (kind) {
    case ActivationKind::none:
      return body.template operator()<ActivationKind::none>();
    case ActivationKind::relu:
      return body.template operator()<ActivationKind::relu>();
    case ActivationKind::leaky_relu:
      return body.template operator()<ActivationKind::leaky_relu>();
    case ActivationKind::general_relu:
      return body.template operator()<ActivationKind::general_relu>();
    case ActivationKind::sigmoid:
      return body.template operator()<ActivationKind::sigmoid>();
    case ActivationKind::tanh:
      return body.template operator()<ActivationKind::tanh>();
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
