#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/sgd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_SGD_STEP_
#define LEHR_BACKEND_CPU_SGD_STEP_
struct SgdStep {
  StepScale scale;
  float momentum;
  float taken;  ///< share of the gradient that enters the velocity: 1 - dampening, 1 at the first step
  bool nesterov;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void PlainStep(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const SgdStep& step) {
  step_range(buffers, begin, end, step.scale,
             [](std::int64_t, auto, FloatVec grad) HWY_ATTR { return grad; });
}

void MomentumStep(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const SgdStep& step) {
  float* const velocities = buffers.states[0];
  const FloatVec momentum = hn::Set(FloatTag(), step.momentum);
  const FloatVec taken = hn::Set(FloatTag(), step.taken);
  const bool nesterov = step.nesterov;
  step_range(buffers, begin, end, step.scale, [&](std::int64_t i, auto access, FloatVec grad) HWY_ATTR {
    const FloatVec velocity = hn::MulAdd(momentum, access.load(velocities + i), hn::Mul(taken, grad));
    access.store(velocity, velocities + i);
    return nesterov ? hn::MulAdd(momentum, velocity, grad) : velocity;
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(PlainStep);
HWY_EXPORT(MomentumStep);

/// Stochastic gradient descent. Source: torch.optim.SGD. State: velocity.
class Sgd final : public HostUpdate {
 public:
  explicit Sgd(const UpdateSpec& spec)
      : dampening_(spec.attributes.real("dampening")), nesterov_(spec.attributes.flag("nesterov")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const SgdStep step{scale_of(args, args.lr), args.momentum,
                       args.step == 1 ? 1.0F : static_cast<float>(1 - dampening_), nesterov_};
    update_in_parts(args.count, light_rule, [&](std::int64_t begin, std::int64_t end) {
      if (args.momentum == 0) {
        HWY_DYNAMIC_DISPATCH(PlainStep)(buffers_of(args), begin, end, step);
      } else {
        HWY_DYNAMIC_DISPATCH(MomentumStep)(buffers_of(args), begin, end, step);
      }
    });
  }

 private:
  double dampening_;
  bool nesterov_;
};

}  // namespace

void register_sgd(KernelRegistry& registry) { add_rule<Sgd>(registry, "sgd"); }

}  // namespace lehr::cpu
#endif
