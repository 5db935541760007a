#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/radam.cpp"
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
#ifndef LEHR_BACKEND_CPU_RADAM_STEP_
#define LEHR_BACKEND_CPU_RADAM_STEP_
/// The constants of one step; values = keep * values - rate * first, divided by sqrt(second) + eps where
/// rectified.
struct RAdamStep {
  Decay decay;
  float beta1;
  float taken1;  ///< 1 - beta1
  float beta2;
  float taken2;  ///< 1 - beta2
  float rate;
  float eps;
  bool rectified;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

template <bool rectified>
HWY_INLINE void radam_range(float* values, float* firsts, float* seconds, const float* grads,
                            std::int64_t begin, std::int64_t end, const RAdamStep& step) {
  const FloatTag d;
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec beta1 = hn::Set(d, step.beta1);
  const FloatVec taken1 = hn::Set(d, step.taken1);
  const FloatVec beta2 = hn::Set(d, step.beta2);
  const FloatVec taken2 = hn::Set(d, step.taken2);
  const FloatVec rate = hn::Set(d, step.rate);
  const FloatVec eps = hn::Set(d, step.eps);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    const FloatVec first = hn::MulAdd(beta1, access.load(firsts + i), hn::Mul(taken1, grad));
    const FloatVec second = hn::MulAdd(beta2, access.load(seconds + i), hn::Mul(taken2, hn::Mul(grad, grad)));
    access.store(first, firsts + i);
    access.store(second, seconds + i);
    FloatVec direction = first;
    if constexpr (rectified) direction = hn::Div(first, hn::Add(hn::Sqrt(second), eps));
    access.store(hn::NegMulAdd(rate, direction, hn::Mul(keep, value)), values + i);
  });
}

void RAdamRange(float* values, float* firsts, float* seconds, const float* grads, std::int64_t begin,
                std::int64_t end, const RAdamStep& step) {
  if (step.rectified) {
    radam_range<true>(values, firsts, seconds, grads, begin, end, step);
  } else {
    radam_range<false>(values, firsts, seconds, grads, begin, end, step);
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(RAdamRange);

/// Liu et al. 2019, as torch.optim.RAdam: while too few steps tell the variance of the adaptive rate
/// (rho <= 5), momentum alone. States: the first and the second moment.
class RAdam final : public Update {
 public:
  explicit RAdam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const RAdamStep step = step_of(args);
    parallel_for(args.count, elements_per_thread / 2, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(RAdamRange)
      (args.parameters, args.states[0], args.states[1], args.gradients, begin, end, step);
    });
  }

 private:
  RAdamStep step_of(const UpdateArgs& args) const {
    const auto beta1 = static_cast<double>(args.momentum);
    const auto steps = static_cast<double>(args.step);
    const double power2 = std::pow(beta2_, steps);
    const double longest = 2 / (1 - beta2_) - 1;
    const double length = longest - 2 * steps * power2 / (1 - power2);
    const bool rectified = length > 5;
    double rate = static_cast<double>(args.lr) / (1 - std::pow(beta1, steps));
    if (rectified) {
      rate *= std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      rate *= std::sqrt(1 - power2);
    }
    return {decay_of(args),
            args.momentum,
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2_),
            static_cast<float>(1 - beta2_),
            static_cast<float>(rate),
            static_cast<float>(eps_),
            rectified};
  }

  double beta2_;
  double eps_;
};

}  // namespace

void register_radam(KernelRegistry& registry) {
  registry.add_update("radam", [](const UpdateSpec& spec) { return std::make_unique<RAdam>(spec); });
}

}  // namespace lehr::cpu
#endif
