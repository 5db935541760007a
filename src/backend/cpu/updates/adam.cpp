#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/adam.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_ADAM_STEP_
#define LEHR_BACKEND_CPU_ADAM_STEP_
/// The direction is first / (sqrt(second) * root_scale + eps).
struct AdamStep {
  StepScale scale;  ///< its rate is lr / (1 - beta1^step)
  Moments moments;
  float root_scale;  ///< 1 / sqrt(1 - beta2^step)
  float eps;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void AdamRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const AdamStep& step) {
  const FloatVec root_scale = hn::Set(FloatTag(), step.root_scale);
  const FloatVec eps = hn::Set(FloatTag(), step.eps);
  step_by_moments(buffers, begin, end, step.scale, step.moments,
                  [&](FloatVec first, FloatVec second)
                      HWY_ATTR { return hn::Div(first, hn::MulAdd(hn::Sqrt(second), root_scale, eps)); });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(AdamRange);

/// Kingma and Ba 2015, as torch.optim.Adam; with decoupled decay Loshchilov and Hutter 2017, as
/// torch.optim.AdamW. States: the first and the second moment.
class Adam final : public HostUpdate {
 public:
  explicit Adam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const double rate =
        static_cast<double>(args.lr) / bias_correction(static_cast<double>(args.momentum), args.step);
    const AdamStep step{scale_of(args, static_cast<float>(rate)), moments_of(args, beta2_),
                        static_cast<float>(1 / std::sqrt(bias_correction(beta2_, args.step))),
                        static_cast<float>(eps_)};
    update_in_parts(args.count, heavy_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(AdamRange)(buffers_of(args), begin, end, step);
    });
  }

 private:
  double beta2_;
  double eps_;
};

}  // namespace

void register_adam(KernelRegistry& registry) { add_rule<Adam>(registry, "adam"); }

}  // namespace lehr::cpu
#endif
