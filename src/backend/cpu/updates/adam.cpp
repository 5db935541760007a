#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/adam.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_ADAM_STEP_
#define LEHR_BACKEND_CPU_ADAM_STEP_
/// The constants of one step; values = keep * values - rate * first / (sqrt(second) * root_scale + eps).
struct AdamStep {
  Decay decay;
  float beta1;
  float taken1;  ///< 1 - beta1
  float beta2;
  float taken2;      ///< 1 - beta2
  float rate;        ///< lr / (1 - beta1^step)
  float root_scale;  ///< 1 / sqrt(1 - beta2^step)
  float eps;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void AdamRange(float* values, float* firsts, float* seconds, const float* grads, std::int64_t begin,
               std::int64_t end, const AdamStep& step) {
  const FloatTag d;
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec beta1 = hn::Set(d, step.beta1);
  const FloatVec taken1 = hn::Set(d, step.taken1);
  const FloatVec beta2 = hn::Set(d, step.beta2);
  const FloatVec taken2 = hn::Set(d, step.taken2);
  const FloatVec rate = hn::Set(d, step.rate);
  const FloatVec root_scale = hn::Set(d, step.root_scale);
  const FloatVec eps = hn::Set(d, step.eps);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    const FloatVec first = hn::MulAdd(beta1, access.load(firsts + i), hn::Mul(taken1, grad));
    const FloatVec second = hn::MulAdd(beta2, access.load(seconds + i), hn::Mul(taken2, hn::Mul(grad, grad)));
    const FloatVec denominator = hn::MulAdd(hn::Sqrt(second), root_scale, eps);
    access.store(first, firsts + i);
    access.store(second, seconds + i);
    access.store(hn::NegMulAdd(rate, hn::Div(first, denominator), hn::Mul(keep, value)), values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(AdamRange);

/// Kingma and Ba 2015, as torch.optim.Adam; with decoupled decay Loshchilov and Hutter 2017, as
/// torch.optim.AdamW. States: the first and the second moment.
class Adam final : public Update {
 public:
  explicit Adam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const auto beta1 = static_cast<double>(args.momentum);
    const auto power = static_cast<double>(args.step);
    const AdamStep step{
        decay_of(args),
        args.momentum,
        static_cast<float>(1 - beta1),
        static_cast<float>(beta2_),
        static_cast<float>(1 - beta2_),
        static_cast<float>(static_cast<double>(args.lr) / (1 - std::pow(beta1, power))),
        static_cast<float>(1 / std::sqrt(1 - std::pow(beta2_, power))),
        static_cast<float>(eps_),
    };
    // A square root and a division an element: a second thread pays sooner than for an addition.
    parallel_for(args.count, elements_per_thread / 2, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(AdamRange)
      (args.parameters, args.states[0], args.states[1], args.gradients, begin, end, step);
    });
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_adam(KernelRegistry& registry) {
  registry.add_update("adam", [](const UpdateSpec& spec) { return std::make_unique<Adam>(spec); });
}

}  // namespace lehr::cpu
#endif
