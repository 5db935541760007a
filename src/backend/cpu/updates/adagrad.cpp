#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/adagrad.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_ADAGRAD_STEP_
#define LEHR_BACKEND_CPU_ADAGRAD_STEP_
struct AdagradStep {
  StepScale scale;  ///< its rate is lr / (1 + (step - 1) * lr_decay)
  float initial;
  float eps;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void AdagradRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                  const AdagradStep& step) {
  float* const sums = buffers.states[0];
  const FloatVec initial = hn::Set(FloatTag(), step.initial);
  const FloatVec eps = hn::Set(FloatTag(), step.eps);
  step_range(buffers, begin, end, step.scale, [&](std::int64_t i, auto access, FloatVec grad) HWY_ATTR {
    const FloatVec sum = hn::MulAdd(grad, grad, access.load(sums + i));
    access.store(sum, sums + i);
    return hn::Div(grad, hn::Add(hn::Sqrt(hn::Add(sum, initial)), eps));
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(AdagradRange);

/// Duchi, Hazan and Singer 2011, as torch.optim.Adagrad. State: the sum of squares without the
/// initial accumulator, because states start at zero.
class Adagrad final : public HostUpdate {
 public:
  explicit Adagrad(const UpdateSpec& spec)
      : lr_decay_(spec.attributes.real("lr_decay")),
        initial_(spec.attributes.real("initial_accumulator")),
        eps_(spec.attributes.real("eps")) {}
  int states() const override { return 1; }

  void apply(const UpdateArgs& args) override {
    const double rate = static_cast<double>(args.lr) / (1 + static_cast<double>(args.step - 1) * lr_decay_);
    const AdagradStep step{scale_of(args, static_cast<float>(rate)), static_cast<float>(initial_),
                           static_cast<float>(eps_)};
    update_in_parts(args.count, heavy_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(AdagradRange)(buffers_of(args), begin, end, step);
    });
  }

 private:
  double lr_decay_;
  double initial_;
  double eps_;
};

}  // namespace

void register_adagrad(KernelRegistry& registry) { add_rule<Adagrad>(registry, "adagrad"); }

}  // namespace lehr::cpu
#endif
