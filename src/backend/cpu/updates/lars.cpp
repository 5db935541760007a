#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/lars.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "backend/cpu/square_sums.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_LARS_STEP_
#define LEHR_BACKEND_CPU_LARS_STEP_
/// The constants of one step of one tensor.
struct LarsStep {
  Decay decay;
  float lr;
  float momentum;
  float trust;
  bool nesterov;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void LarsRange(float* values, float* velocities, const float* grads, std::int64_t begin, std::int64_t end,
               const LarsStep& step) {
  const FloatTag d;
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec lr = hn::Set(d, step.lr);
  const FloatVec momentum = hn::Set(d, step.momentum);
  const FloatVec trust = hn::Set(d, step.trust);
  const bool nesterov = step.nesterov;
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = hn::Mul(trust, decayed_gradient(value, access.load(grads + i), l2, l1));
    const FloatVec velocity = hn::MulAdd(momentum, access.load(velocities + i), grad);
    const FloatVec direction = nesterov ? hn::MulAdd(momentum, velocity, grad) : velocity;
    access.store(velocity, velocities + i);
    access.store(hn::NegMulAdd(lr, direction, hn::Mul(keep, value)), values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(LarsRange);

/// You, Gitman and Ginsburg 2017: SGD whose gradients are scaled for each tensor to trust * |w| / (|g| + l2
/// |w|); with "clip" LARC, where no tensor steps farther than lr would have it. State: velocity.
class Lars final : public Update {
 public:
  explicit Lars(const UpdateSpec& spec)
      : trust_(spec.attributes.real("trust")),
        eps_(spec.attributes.real("eps")),
        clip_(spec.attributes.flag("clip")),
        nesterov_(spec.attributes.flag("nesterov")) {}
  int states() const override { return 1; }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    for (const UpdateTensor& tensor : args.tensors) {
      float* const values = args.parameters + tensor.offset;
      const float* const grads = args.gradients + tensor.offset;
      float* const velocities = args.states[0] + tensor.offset;
      const float trust = tensor.rank > 1 ? trust_of(args, values, grads, tensor.count()) : 1;
      const LarsStep step{decay_of(args), args.lr, args.momentum, trust, nesterov_};
      parallel_for(tensor.count(), elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
        HWY_DYNAMIC_DISPATCH(LarsRange)(values, velocities, grads, begin, end, step);
      });
    }
  }

 private:
  float trust_of(const UpdateArgs& args, const float* values, const float* grads, std::int64_t count) const {
    const TwoSums squares = square_sums(values, grads, count);
    const double value_norm = std::sqrt(squares[0]);
    const double grad_norm = std::sqrt(squares[1]);
    if (value_norm == 0 || grad_norm == 0) return 1;
    const double decay = static_cast<double>(args.weight_decay);
    const double trust = trust_ * value_norm / (grad_norm + decay * value_norm + eps_);
    const double lr = static_cast<double>(args.lr);
    return static_cast<float>(clip_ && trust > lr ? 1 : clip_ ? trust / lr : trust);
  }

  double trust_;
  double eps_;
  bool clip_;
  bool nesterov_;
};

}  // namespace

void register_lars(KernelRegistry& registry) {
  registry.add_update("lars", [](const UpdateSpec& spec) { return std::make_unique<Lars>(spec); });
}

}  // namespace lehr::cpu
#endif
