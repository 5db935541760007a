// The activations after oneDNN's primitives that oneDNN does not apply itself, and the derivatives
// of all activations.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/onednn_elementwise.cpp"
#include <hwy/foreach_target.h>
// Must follow foreach_target.h.
#include <hwy/highway.h>

#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/onednn_elementwise.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void ActivateRange(float* values, std::int64_t count, const FusedActivation& given) {
  const FusedActivation activation = given;  // a copy, which stores to `values` cannot change
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
      hn::StoreU(activate<kind>(d, hn::LoadU(d, values + i), activation), d, values + i);
    }
    const hn::CappedTag<float, 1> one;
    for (; i < count; ++i) {
      hn::StoreU(activate<kind>(one, hn::LoadU(one, values + i), activation), one, values + i);
    }
  });
}

void GradientRange(const float* output, const float* output_grad, float* to, std::int64_t count,
                   const FusedActivation& activation) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    const auto step = [&](auto tag, std::int64_t i) HWY_ATTR {
      hn::StoreU(
          activation_grad<kind>(tag, hn::LoadU(tag, output + i), hn::LoadU(tag, output_grad + i), activation),
          tag, to + i);
    };
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) step(d, i);
    for (; i < count; ++i) step(hn::CappedTag<float, 1>(), i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

HWY_EXPORT(ActivateRange);
HWY_EXPORT(GradientRange);

// With fewer elements, a second thread costs more than it saves.
constexpr std::int64_t grain = 1 << 13;

}  // namespace

void activate_in_place(float* values, std::int64_t count, const FusedActivation& activation) {
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(ActivateRange)(values + begin, end - begin, activation);
  });
}

void activation_gradient(const float* output, const float* output_grad, float* to, std::int64_t count,
                         const FusedActivation& activation) {
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end, int) {
    HWY_DYNAMIC_DISPATCH(GradientRange)
    (output + begin, output_grad + begin, to + begin, end - begin, activation);
  });
}

}  // namespace lehr::cpu
#endif
