#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/updates/lamb.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/chunked_sums.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/updates/decay-inl.hpp"
#include "backend/cpu/updates/decay.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
#ifndef LEHR_BACKEND_CPU_LAMB_STEP_
#define LEHR_BACKEND_CPU_LAMB_STEP_
/// The constants of one step. The direction of a tensor is
/// first_scale * first / (sqrt(second) * root_scale + eps) + weight_decay * value.
struct LambStep {
  float beta1;
  float taken1;  ///< 1 - beta1
  float beta2;
  float taken2;       ///< 1 - beta2
  float first_scale;  ///< 1 / (1 - beta1^step)
  float root_scale;   ///< 1 / sqrt(1 - beta2^step)
  float eps;
  Decay decay;
};
/// One tensor's buffers.
struct LambBuffers {
  float* values;
  float* firsts;
  float* seconds;
  const float* grads;
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
  return hn::MulAdd(hn::Set(d, step.decay.l2), value, adaptive);
}

/// Takes the gradients into the moments; the squares of values and directions, summed.
TwoSums LambMoments(const LambBuffers& buffers, std::int64_t begin, std::int64_t end, const LambStep& given) {
  const FloatTag d;
  const LambBuffers b = buffers;
  const LambStep step = given;
  TwoSums sums{};
  for_blocks(begin, end, [&](std::int64_t from, std::int64_t to) HWY_ATTR {
    FloatVec value_squares = hn::Zero(d);
    FloatVec direction_squares = hn::Zero(d);
    for_vectors(from, to, [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec value = access.load(b.values + i);
      const FloatVec grad =
          decayed_gradient(value, access.load(b.grads + i), hn::Zero(d), hn::Set(d, step.decay.l1));
      const FloatVec first = hn::MulAdd(hn::Set(d, step.beta1), access.load(b.firsts + i),
                                        hn::Mul(hn::Set(d, step.taken1), grad));
      const FloatVec second = hn::MulAdd(hn::Set(d, step.beta2), access.load(b.seconds + i),
                                         hn::Mul(hn::Set(d, step.taken2), hn::Mul(grad, grad)));
      access.store(first, b.firsts + i);
      access.store(second, b.seconds + i);
      const FloatVec direction = lamb_direction(value, first, second, step);
      value_squares = hn::MulAdd(value, value, value_squares);
      direction_squares = hn::MulAdd(direction, direction, direction_squares);
    });
    sums[0] += sum_of_lanes(value_squares);
    sums[1] += sum_of_lanes(direction_squares);
  });
  return sums;
}

void LambRange(const LambBuffers& buffers, std::int64_t begin, std::int64_t end, const LambStep& given,
               float rate) {
  const LambBuffers b = buffers;
  const LambStep step = given;
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatTag d;
    const FloatVec value = access.load(b.values + i);
    const FloatVec direction =
        lamb_direction(value, access.load(b.firsts + i), access.load(b.seconds + i), step);
    const FloatVec kept = hn::Mul(hn::Set(d, step.decay.keep), value);
    access.store(hn::NegMulAdd(hn::Set(d, rate), direction, kept), b.values + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(LambMoments);
HWY_EXPORT(LambRange);

/// You et al. 2019: Adam's direction, scaled for each tensor by |w| / |direction|, clipped (fastai). States:
/// the first and the second moment.
class Lamb final : public Update {
 public:
  explicit Lamb(const UpdateSpec& spec)
      : beta2_(spec.attributes.real("beta2")),
        eps_(spec.attributes.real("eps")),
        most_trust_(spec.attributes.real("most_trust")) {}
  int states() const override { return 2; }
  bool by_tensor() const override { return true; }

  void apply(const UpdateArgs& args) override {
    const LambStep step = step_of(args);
    for (const UpdateTensor& tensor : args.tensors) {
      const std::int64_t at = tensor.offset;
      const LambBuffers buffers{args.parameters + at, args.states[0] + at, args.states[1] + at,
                                args.gradients + at};
      const TwoSums squares = chunked_sums(tensor.count(), [&](std::int64_t begin, std::int64_t end) {
        return HWY_DYNAMIC_DISPATCH(LambMoments)(buffers, begin, end, step);
      });
      const auto rate = static_cast<float>(static_cast<double>(args.lr) * trust_of(step, squares));
      parallel_for(tensor.count(), elements_per_thread / 2, [&](std::int64_t begin, std::int64_t end, int) {
        HWY_DYNAMIC_DISPATCH(LambRange)(buffers, begin, end, step, rate);
      });
    }
  }

 private:
  LambStep step_of(const UpdateArgs& args) const {
    const auto beta1 = static_cast<double>(args.momentum);
    const auto power = static_cast<double>(args.step);
    return {args.momentum,
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2_),
            static_cast<float>(1 - beta2_),
            static_cast<float>(1 / (1 - std::pow(beta1, power))),
            static_cast<float>(1 / std::sqrt(1 - std::pow(beta2_, power))),
            static_cast<float>(eps_),
            decay_of(args)};
  }

  double trust_of(const LambStep& step, const TwoSums& squares) const {
    const double value_norm = static_cast<double>(step.decay.keep) * std::sqrt(squares[0]);
    const double direction_norm = std::sqrt(squares[1]);
    if (value_norm == 0 || direction_norm == 0) return 1;
    return std::min(value_norm / direction_norm, most_trust_);
  }

  double beta2_;
  double eps_;
  double most_trust_;
};

}  // namespace

void register_lamb(KernelRegistry& registry) {
  registry.add_update("lamb", [](const UpdateSpec& spec) { return std::make_unique<Lamb>(spec); });
}

}  // namespace lehr::cpu
#endif
