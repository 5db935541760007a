// The loops shared by the update rules, compiled once per SIMD target. Include this inside a file
// that uses hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_UPDATES_SCAFFOLD_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_UPDATES_SCAFFOLD_INL_HPP_
#undef LEHR_BACKEND_CPU_UPDATES_SCAFFOLD_INL_HPP_
#else
#define LEHR_BACKEND_CPU_UPDATES_SCAFFOLD_INL_HPP_
#endif

#include "backend/cpu/updates/scaffold.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// grad + l2 * value + l1 * sign(value). The sign of zero is zero.
HWY_INLINE FloatVec decayed_gradient(FloatVec value, FloatVec grad, FloatVec l2, FloatVec l1) {
  const FloatVec signed_l1 = hn::CopySign(l1, value);
  const FloatVec slope = hn::IfThenZeroElse(hn::Eq(value, hn::Zero(FloatTag())), signed_l1);
  return hn::Add(hn::MulAdd(l2, value, grad), slope);
}

/// One step of an elementwise rule: value = keep * value - rate * direction(i, access, gradient).
/// `direction` also loads and stores the rule's states at element i, through `access`.
template <class Direction>
HWY_INLINE void step_range(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                           const StepScale& scale, const Direction& direction) {
  const FloatTag d;
  float* const values = buffers.values;
  const float* const grads = buffers.grads;
  const FloatVec l2 = hn::Set(d, scale.l2);
  const FloatVec l1 = hn::Set(d, scale.l1);
  const FloatVec keep = hn::Set(d, scale.keep);
  const FloatVec rate = hn::Set(d, scale.rate);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    const FloatVec taken = direction(i, access, grad);
    access.store(hn::NegMulAdd(rate, taken, hn::Mul(keep, value)), values + i);
  });
}

/// The same for rules that have Adam's two moments as states, with direction(first, second).
template <class Direction>
HWY_INLINE void step_by_moments(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                                const StepScale& scale, const Moments& moments, const Direction& direction) {
  const FloatTag d;
  float* const firsts = buffers.states[0];
  float* const seconds = buffers.states[1];
  const FloatVec beta1 = hn::Set(d, moments.beta1);
  const FloatVec taken1 = hn::Set(d, moments.taken1);
  const FloatVec beta2 = hn::Set(d, moments.beta2);
  const FloatVec taken2 = hn::Set(d, moments.taken2);
  step_range(buffers, begin, end, scale, [&](std::int64_t i, auto access, FloatVec grad) HWY_ATTR {
    const FloatVec first = hn::MulAdd(beta1, access.load(firsts + i), hn::Mul(taken1, grad));
    const FloatVec second = hn::MulAdd(beta2, access.load(seconds + i), hn::Mul(taken2, hn::Mul(grad, grad)));
    access.store(first, firsts + i);
    access.store(second, seconds + i);
    return direction(first, second);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
