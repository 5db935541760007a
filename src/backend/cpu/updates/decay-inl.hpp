// Weight decay and L1 inside an update's loop, compiled once for each SIMD target; include inside a file that
// uses hwy/foreach_target.h.
#if defined(LEHR_BACKEND_CPU_UPDATES_DECAY_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef LEHR_BACKEND_CPU_UPDATES_DECAY_INL_HPP_
#undef LEHR_BACKEND_CPU_UPDATES_DECAY_INL_HPP_
#else
#define LEHR_BACKEND_CPU_UPDATES_DECAY_INL_HPP_
#endif

#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

/// grad + l2 * value + l1 * sign(value), where the sign of zero is zero.
HWY_INLINE FloatVec decayed_gradient(FloatVec value, FloatVec grad, FloatVec l2, FloatVec l1) {
  const FloatVec signed_l1 = hn::CopySign(l1, value);
  const FloatVec slope = hn::IfThenZeroElse(hn::Eq(value, hn::Zero(FloatTag())), signed_l1);
  return hn::Add(hn::MulAdd(l2, value, grad), slope);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
