#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/rmsprop.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_RMSPROP_STEP_
#define LEHR_BACKEND_CPU_RMSPROP_STEP_
/// The constants of one step.
struct RmsPropStep {
  Decay decay;
  float lr;
  float momentum;
  float alpha;
  float taken;  ///< 1 - alpha
  float eps;
};
/// Buffers of one step; means is null where the rule is not centered.
struct RmsPropBuffers {
  float* values;
  const float* grads;
  float* squares;
  float* velocities;
  float* means;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

template <bool centered, bool with_momentum>
HWY_INLINE void rmsprop_range(const RmsPropBuffers& b, std::int64_t begin, std::int64_t end,
                              const RmsPropStep& step) {
  const FloatTag d;
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec lr = hn::Set(d, step.lr);
  const FloatVec momentum = hn::Set(d, step.momentum);
  const FloatVec alpha = hn::Set(d, step.alpha);
  const FloatVec taken = hn::Set(d, step.taken);
  const FloatVec eps = hn::Set(d, step.eps);
  const RmsPropBuffers to = b;
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(to.values + i);
    const FloatVec grad = decayed_gradient(value, access.load(to.grads + i), l2, l1);
    const FloatVec square =
        hn::MulAdd(alpha, access.load(to.squares + i), hn::Mul(taken, hn::Mul(grad, grad)));
    access.store(square, to.squares + i);
    FloatVec variance = square;
    if constexpr (centered) {
      const FloatVec mean = hn::MulAdd(alpha, access.load(to.means + i), hn::Mul(taken, grad));
      access.store(mean, to.means + i);
      variance = hn::Max(hn::NegMulAdd(mean, mean, square), hn::Zero(FloatTag()));
    }
    FloatVec direction = hn::Div(grad, hn::Add(hn::Sqrt(variance), eps));
    if constexpr (with_momentum) {
      direction = hn::MulAdd(momentum, access.load(to.velocities + i), direction);
      access.store(direction, to.velocities + i);
    }
    access.store(hn::NegMulAdd(lr, direction, hn::Mul(keep, value)), to.values + i);
  });
}

void RmsPropRange(const RmsPropBuffers& b, std::int64_t begin, std::int64_t end, const RmsPropStep& step) {
  const bool with_momentum = step.momentum != 0;
  if (b.means != nullptr) {
    return with_momentum ? rmsprop_range<true, true>(b, begin, end, step)
                         : rmsprop_range<true, false>(b, begin, end, step);
  }
  return with_momentum ? rmsprop_range<false, true>(b, begin, end, step)
                       : rmsprop_range<false, false>(b, begin, end, step);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(RmsPropRange);

/// Hinton 2012, as torch.optim.RMSprop. States: mean square, velocity and, where centered, mean.
class RmsProp final : public Update {
 public:
  explicit RmsProp(const UpdateSpec& spec)
      : alpha_(spec.attributes.real("alpha")),
        eps_(spec.attributes.real("eps")),
        centered_(spec.attributes.flag("centered")) {}
  int states() const override { return centered_ ? 3 : 2; }

  void apply(const UpdateArgs& args) override {
    const RmsPropStep step{decay_of(args),
                           args.lr,
                           args.momentum,
                           static_cast<float>(alpha_),
                           static_cast<float>(1 - alpha_),
                           static_cast<float>(eps_)};
    const RmsPropBuffers buffers{args.parameters, args.gradients, args.states[0], args.states[1],
                                 centered_ ? args.states[2] : nullptr};
    parallel_for(args.count, elements_per_thread / 2, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(RmsPropRange)(buffers, begin, end, step);
    });
  }

 private:
  double alpha_;
  double eps_;
  bool centered_;
};

}  // namespace

void register_rmsprop(KernelRegistry& registry) {
  registry.add_update("rmsprop", [](const UpdateSpec& spec) { return std::make_unique<RmsProp>(spec); });
}

}  // namespace lehr::cpu
#endif
