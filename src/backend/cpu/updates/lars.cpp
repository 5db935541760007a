#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/lars.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "backend/cpu/square_sums.hpp"
#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_LARS_STEP_
#define LEHR_BACKEND_CPU_LARS_STEP_
/// The step of one tensor.
struct LarsStep {
  StepScale scale;
  float momentum;
  float trust;
  bool nesterov;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void LarsRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const LarsStep& step) {
  float* const velocities = buffers.states[0];
  const FloatVec momentum = hn::Set(FloatTag(), step.momentum);
  const FloatVec trust = hn::Set(FloatTag(), step.trust);
  const bool nesterov = step.nesterov;
  step_range(buffers, begin, end, step.scale, [&](std::int64_t i, auto access, FloatVec decayed) HWY_ATTR {
    const FloatVec grad = hn::Mul(trust, decayed);
    const FloatVec velocity = hn::MulAdd(momentum, access.load(velocities + i), grad);
    access.store(velocity, velocities + i);
    return nesterov ? hn::MulAdd(momentum, velocity, grad) : velocity;
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(LarsRange);

/// You, Gitman and Ginsburg 2017: SGD with gradients scaled for each tensor by trust * |w| / (|g| +
/// l2 |w|). With "clip" it is LARC, in which no tensor's rate exceeds lr. State: velocity.
class Lars final : public HostUpdate {
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
      const UpdateBuffers buffers = buffers_of(args, tensor.offset);
      const float trust = tensor.rank > 1 ? trust_of(args, buffers, tensor.count()) : 1;
      const LarsStep step{scale_of(args, args.lr), args.momentum, trust, nesterov_};
      update_in_parts(tensor.count(), light_rule, [&](std::int64_t begin, std::int64_t end) {
        HWY_DYNAMIC_DISPATCH(LarsRange)(buffers, begin, end, step);
      });
    }
  }

 private:
  float trust_of(const UpdateArgs& args, const UpdateBuffers& buffers, std::int64_t count) const {
    const TwoSums squares = square_sums(buffers.values, buffers.grads, count);
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

void register_lars(KernelRegistry& registry) { add_rule<Lars>(registry, "lars"); }

}  // namespace lehr::cpu
#endif
