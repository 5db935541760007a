#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/adagrad.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_ADAGRAD_STEP_
#define LEHR_BACKEND_CPU_ADAGRAD_STEP_
/// The constants of one step.
struct AdagradStep {
  Decay decay;
  float rate;  ///< lr / (1 + (step - 1) * lr_decay)
  float initial;
  float eps;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void AdagradRange(float* values, float* sums, const float* grads, std::int64_t begin, std::int64_t end,
                  const AdagradStep& step) {
  const FloatTag d;
  const FloatVec l2 = hn::Set(d, step.decay.l2);
  const FloatVec l1 = hn::Set(d, step.decay.l1);
  const FloatVec keep = hn::Set(d, step.decay.keep);
  const FloatVec rate = hn::Set(d, step.rate);
  const FloatVec initial = hn::Set(d, step.initial);
  const FloatVec eps = hn::Set(d, step.eps);
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec value = access.load(values + i);
    const FloatVec grad = decayed_gradient(value, access.load(grads + i), l2, l1);
    const FloatVec sum = hn::MulAdd(grad, grad, access.load(sums + i));
    const FloatVec denominator = hn::Add(hn::Sqrt(hn::Add(sum, initial)), eps);
    access.store(sum, sums + i);
    access.store(hn::NegMulAdd(rate, hn::Div(grad, denominator), hn::Mul(keep, value)), values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(AdagradRange);

/// Duchi, Hazan and Singer 2011, as torch.optim.Adagrad. State: the sum of squares without the initial
/// accumulator, so that it starts at zero.
class Adagrad final : public Update {
 public:
  explicit Adagrad(const UpdateSpec& spec)
      : lr_decay_(spec.attributes.real("lr_decay")),
        initial_(spec.attributes.real("initial_accumulator")),
        eps_(spec.attributes.real("eps")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const double rate = static_cast<double>(args.lr) / (1 + static_cast<double>(args.step - 1) * lr_decay_);
    const AdagradStep step{decay_of(args), static_cast<float>(rate), static_cast<float>(initial_),
                           static_cast<float>(eps_)};
    parallel_for(args.count, elements_per_thread / 2, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(AdagradRange)
      (args.parameters, args.states[0], args.gradients, begin, end, step);
    });
  }

 private:
  double lr_decay_;
  double initial_;
  double eps_;
};

}  // namespace

void register_adagrad(KernelRegistry& registry) {
  registry.add_update("adagrad", [](const UpdateSpec& spec) { return std::make_unique<Adagrad>(spec); });
}

}  // namespace lehr::cpu
#endif
