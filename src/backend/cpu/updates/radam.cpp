#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/radam.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_RADAM_STEP_
#define LEHR_BACKEND_CPU_RADAM_STEP_
/// The direction is the first moment, divided by sqrt(second) + eps if rectified.
struct RAdamStep {
  StepScale scale;
  Moments moments;
  float eps;
  bool rectified;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void RAdamRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const RAdamStep& step) {
  const FloatVec eps = hn::Set(FloatTag(), step.eps);
  const auto rectified = [&](FloatVec first, FloatVec second)
                             HWY_ATTR { return hn::Div(first, hn::Add(hn::Sqrt(second), eps)); };
  const auto momentum_alone = [](FloatVec first, FloatVec) HWY_ATTR { return first; };
  if (step.rectified) {
    step_by_moments(buffers, begin, end, step.scale, step.moments, rectified);
  } else {
    step_by_moments(buffers, begin, end, step.scale, step.moments, momentum_alone);
  }
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(RAdamRange);

/// Liu et al. 2019, as torch.optim.RAdam. As long as there are too few steps to estimate the
/// variance of the adaptive rate (rho <= 5), it uses only momentum. States: the first and the
/// second moment.
class RAdam final : public HostUpdate {
 public:
  explicit RAdam(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")), eps_(spec.attributes.real("eps")) {}
  int states() const override { return 2; }

  void apply(const UpdateArgs& args) override {
    const RAdamStep step = step_of(args);
    update_in_parts(args.count, heavy_rule, [&](std::int64_t begin, std::int64_t end) {
      HWY_DYNAMIC_DISPATCH(RAdamRange)(buffers_of(args), begin, end, step);
    });
  }

 private:
  RAdamStep step_of(const UpdateArgs& args) const {
    const auto steps = static_cast<double>(args.step);
    const double power2 = std::pow(beta2_, steps);
    const double longest = 2 / (1 - beta2_) - 1;
    const double length = longest - 2 * steps * power2 / (1 - power2);
    const bool rectified = length > 5;
    double rate =
        static_cast<double>(args.lr) / bias_correction(static_cast<double>(args.momentum), args.step);
    if (rectified) {
      rate *= std::sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      rate *= std::sqrt(1 - power2);
    }
    return {scale_of(args, static_cast<float>(rate)), moments_of(args, beta2_), static_cast<float>(eps_),
            rectified};
  }

  double beta2_;
  double eps_;
};

}  // namespace

void register_radam(KernelRegistry& registry) { add_rule<RAdam>(registry, "radam"); }

}  // namespace lehr::cpu
#endif
