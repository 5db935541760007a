#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/sgd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_SGD_STEP_
#define LEHR_BACKEND_CPU_SGD_STEP_
/// The constants of one step.
struct SgdStep {
  float lr;
  float momentum;
  Decay decay;
  float taken;  ///< share of the gradient that enters the velocity: 1 - dampening, 1 at the first step
  bool nesterov;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void PlainStep(float* values, const float* grads, std::int64_t begin, std::int64_t end, const SgdStep& step) {
  const FloatTag d;
  const FloatVec lr = hn::Set(d, step.lr);
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    access.store(hn::NegMulAdd(lr, grad, hn::Mul(keep, value)), values + i);
  });
}

void MomentumStep(float* values, float* velocities, const float* grads, std::int64_t begin, std::int64_t end,
                  const SgdStep& step) {
  const FloatTag d;
  const FloatVec lr = hn::Set(d, step.lr);
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec momentum = hn::Set(d, step.momentum);
  const FloatVec taken = hn::Set(d, step.taken);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    const FloatVec velocity = hn::MulAdd(momentum, access.load(velocities + i), hn::Mul(taken, grad));
    const FloatVec direction = step.nesterov ? hn::MulAdd(momentum, velocity, grad) : velocity;
    access.store(velocity, velocities + i);
    access.store(hn::NegMulAdd(lr, direction, hn::Mul(keep, value)), values + i);
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
class Sgd final : public Update {
 public:
  explicit Sgd(const UpdateSpec& spec)
      : dampening_(spec.attributes.real("dampening")), nesterov_(spec.attributes.flag("nesterov")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const SgdStep step{args.lr, args.momentum, decay_of(args),
                       args.step == 1 ? 1.0F : static_cast<float>(1 - dampening_), nesterov_};
    parallel_for(args.count, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      if (args.momentum == 0) {
        HWY_DYNAMIC_DISPATCH(PlainStep)(args.parameters, args.gradients, begin, end, step);
      } else {
        HWY_DYNAMIC_DISPATCH(MomentumStep)
        (args.parameters, args.states[0], args.gradients, begin, end, step);
      }
    });
  }

 private:
  double dampening_;
  bool nesterov_;
};

}  // namespace

void register_sgd(KernelRegistry& registry) {
  registry.add_update("sgd", [](const UpdateSpec& spec) { return std::make_unique<Sgd>(spec); });
}

}  // namespace lehr::cpu
#endif
