#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/lamb.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/chunked_sums.hpp"
#include "backend/cpu/updates/scaffold-inl.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_LAMB_STEP_
#define LEHR_BACKEND_CPU_LAMB_STEP_
/// The direction of a tensor is first_scale * first / (sqrt(second) * root_scale + eps) + l2 * value.
struct LambStep {
  StepScale scale;  ///< its rate is the tensor's own
  Moments moments;
  float first_scale;  ///< 1 / (1 - beta1^step)
  float root_scale;   ///< 1 / sqrt(1 - beta2^step)
  float eps;
};
#endif
}  // namespace lehr::cpu

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

HWY_INLINE FloatVec lamb_direction(FloatVec value, FloatVec first, FloatVec second, const LambStep& step) {
  const FloatTag d;
  const FloatVec denominator =
      hn::MulAdd(hn::Sqrt(second), hn::Set(d, step.root_scale), hn::Set(d, step.eps));
  const FloatVec adaptive = hn::Div(hn::Mul(hn::Set(d, step.first_scale), first), denominator);
  return hn::MulAdd(hn::Set(d, step.scale.l2), value, adaptive);
}

/// Updates the moments with the gradients. Returns the sums of the squares of values and
/// directions.
TwoSums LambMoments(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end,
                    const LambStep& given) {
  const FloatTag d;
  const UpdateBuffers b = buffers;
  const LambStep step = given;
  TwoSums sums{};
  for_blocks(begin, end, [&](std::int64_t from, std::int64_t to) HWY_ATTR {
    FloatVec value_squares = hn::Zero(d);
    FloatVec direction_squares = hn::Zero(d);
    for_vectors(from, to, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec value = access.load(b.values + i);
      const FloatVec grad =
          decayed_gradient(value, access.load(b.grads + i), hn::Zero(d), hn::Set(d, step.scale.l1));
      const FloatVec first = hn::MulAdd(hn::Set(d, step.moments.beta1), access.load(b.states[0] + i),
                                        hn::Mul(hn::Set(d, step.moments.taken1), grad));
      const FloatVec second = hn::MulAdd(hn::Set(d, step.moments.beta2), access.load(b.states[1] + i),
                                         hn::Mul(hn::Set(d, step.moments.taken2), hn::Mul(grad, grad)));
      access.store(first, b.states[0] + i);
      access.store(second, b.states[1] + i);
      const FloatVec direction = lamb_direction(value, first, second, step);
      value_squares = hn::MulAdd(value, value, value_squares);
      direction_squares = hn::MulAdd(direction, direction, direction_squares);
    });
    sums[0] += sum_of_lanes(value_squares);
    sums[1] += sum_of_lanes(direction_squares);
  });
  return sums;
}

void LambRange(const UpdateBuffers& buffers, std::int64_t begin, std::int64_t end, const LambStep& given) {
  const UpdateBuffers b = buffers;
  const LambStep step = given;
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatTag d;
    const FloatVec value = access.load(b.values + i);
    const FloatVec direction =
        lamb_direction(value, access.load(b.states[0] + i), access.load(b.states[1] + i), step);
    const FloatVec kept = hn::Mul(hn::Set(d, step.scale.keep), value);
    access.store(hn::NegMulAdd(hn::Set(d, step.scale.rate), direction, kept), b.values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(LambMoments);
HWY_EXPORT(LambRange);

/// You et al. 2019: Adam's direction, scaled for each tensor by |w| / |direction|. The scale is
/// clipped, as in fastai. States: the first and the second moment.
class Lamb final : public HostUpdate {
 public:
  explicit Lamb(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")),
        eps_(spec.attributes.real("eps")),
        most_trust_(spec.attributes.real("most_trust")) {}
  int states() const override { return 2; }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    LambStep step = step_of(args);
    for (const UpdateTensor& tensor : args.tensors) {
      const UpdateBuffers buffers = buffers_of(args, tensor.offset);
      const TwoSums squares = chunked_sums(tensor.count(), [&](std::int64_t begin, std::int64_t end) {
        return HWY_DYNAMIC_DISPATCH(LambMoments)(buffers, begin, end, step);
      });
      step.scale.rate = static_cast<float>(static_cast<double>(args.lr) * trust_of(step, squares));
      update_in_parts(tensor.count(), heavy_rule, [&](std::int64_t begin, std::int64_t end) {
        HWY_DYNAMIC_DISPATCH(LambRange)(buffers, begin, end, step);
      });
    }
  }

 private:
  LambStep step_of(const UpdateArgs& args) const {
    const double first = bias_correction(static_cast<double>(args.momentum), args.step);
    return {scale_of(args, 0), moments_of(args, beta2_), static_cast<float>(1 / first),
            static_cast<float>(1 / std::sqrt(bias_correction(beta2_, args.step))), static_cast<float>(eps_)};
  }

  double trust_of(const LambStep& step, const TwoSums& squares) const {
    const double value_norm = static_cast<double>(step.scale.keep) * std::sqrt(squares[0]);
    const double direction_norm = std::sqrt(squares[1]);
    if (value_norm == 0 || direction_norm == 0) return 1;
    return std::min(value_norm / direction_norm, most_trust_);
  }

  double beta2_;
  double eps_;
  double most_trust_;
};

}  // namespace

void register_lamb(KernelRegistry& registry) { add_rule<Lamb>(registry, "lamb"); }

}  // namespace lehr::cpu
#endif
