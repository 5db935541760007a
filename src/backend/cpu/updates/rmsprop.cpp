#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/rmsprop.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_RMSPROP_STEP_
#define LEHR_BACKEND_CPU_RMSPROP_STEP_
struct RmsPropStep {
  StepScale scale;
  float momentum;
  float alpha;
  float taken;  ///< 1 - alpha
  float eps;
  bool centered;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

template <bool centered, bool with_momentum>
HWY_INLINE void rmsprop_range(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                              const RmsPropStep& step) {
  const FloatTag d;
  float* const squares = buffers.states[0];
  float* const velocities = buffers.states[1];
  float* const means = buffers.states[2];
  const FloatVec momentum = hn::Set(d, step.momentum);
  const FloatVec alpha = hn::Set(d, step.alpha);
  const FloatVec taken = hn::Set(d, step.taken);
  const FloatVec eps = hn::Set(d, step.eps);
  step_range(buffers, begin, end, step.scale, [&](std::int64_t i, auto access, FloatVec grad) HWY_ATTR {
    const FloatVec square = hn::MulAdd(alpha, access.load(squares + i), hn::Mul(taken, hn::Mul(grad, grad)));
    access.store(square, squares + i);
    FloatVec variance = square;
    if constexpr (centered) {
      const FloatVec mean = hn::MulAdd(alpha, access.load(means + i), hn::Mul(taken, grad));
      access.store(mean, means + i);
      variance = hn::Max(hn::NegMulAdd(mean, mean, square), hn::Zero(FloatTag()));
    }
    FloatVec direction = hn::Div(grad, hn::Add(hn::Sqrt(variance), eps));
    if constexpr (with_momentum) {
      direction = hn::MulAdd(momentum, access.load(velocities + i), direction);
      access.store(direction, velocities + i);
    }
    return direction;
  });
}

void RmsPropRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                  const RmsPropStep& step) {
  const bool with_momentum = step.momentum != 0;
  if (step.centered) {
    return with_momentum ? rmsprop_range<true, true>(buffers, begin, end, step)
                         : rmsprop_range<true, false>(buffers, begin, end, step);
  }
  return with_momentum ? rmsprop_range<false, true>(buffers, begin, end, step)
                       : rmsprop_range<false, false>(buffers, begin, end, step);
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(RmsPropRange);

/// Hinton 2012, as torch.optim.RMSprop. States: mean square, velocity and, if centered, mean.
class RmsProp final : public HostUpdate {
 public:
  explicit RmsProp(const UpdateSpec& spec)
      : alpha_(spec.attributes.real("alpha")),
        eps_(spec.attributes.real("eps")),
        centered_(spec.attributes.flag("centered")) {}
  int states() const override { return centered_ ? 3 : 2; }

  void apply(const UpdateArgs& args) override {
    const RmsPropStep step{scale_of(args, args.lr),    args.momentum,
                           static_cast<float>(alpha_), static_cast<float>(1 - alpha_),
                           static_cast<float>(eps_),   centered_};
    update_in_parts(args.count, heavy_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(RmsPropRange)(buffers_of(args), begin, end, step);
    });
  }

 private:
  double alpha_;
  double eps_;
  bool centered_;
};

}  // namespace

void register_rmsprop(KernelRegistry& registry) { add_rule<RmsProp>(registry, "rmsprop"); }

}  // namespace lehr::cpu
#endif
