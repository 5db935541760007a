#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/mse.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

double SquaredDifferences(const float* a, const float* b, std::int64_t begin, std::int64_t end) {
  const std::int64_t stretch = 32 * float_lanes();  // short enough for float sums
  double total = 0;
  for (std::int64_t start = begin; start < end; start += stretch) {
    FloatVec sum = hn::Zero(FloatTag());
    for_vectors(start, std::min(end, start + stretch), [&](std::int64_t i, auto access) HWY_ATTR {
      const FloatVec difference = hn::Sub(access.load(a + i), access.load(b + i));
      sum = hn::MulAdd(difference, difference, sum);
    });
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(FloatTag(), sum)));
  }
  return total;
}

/// a_grad = slope (a - b), b_grad = -a_grad; either may be null.
void DifferenceGrads(const float* a, const float* b, float* a_grad, float* b_grad, float slope,
                     std::int64_t begin, std::int64_t end) {
  for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
    const FloatVec difference = hn::Sub(access.load(a + i), access.load(b + i));
    const FloatVec grad = hn::Mul(difference, hn::Set(FloatTag(), slope));
    if (a_grad != nullptr) access.store(grad, a_grad + i);
    if (b_grad != nullptr) access.store(hn::Neg(grad), b_grad + i);
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

/// Used if the sum of the squares is too large for a float.
double squares_in_double(const float* a, const float* b, std::int64_t count) {
  double total = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    total += difference * difference;
  }
  return total;
}

HWY_EXPORT(SquaredDifferences);
HWY_EXPORT(DifferenceGrads);

/// Mean of squared differences. Source: torch.nn.MSELoss.
class MeanSquaredError final : public HostKernel {
 public:
  explicit MeanSquaredError(const KernelSpec& spec)
      : count_(spec.inputs.at(0).shape.numel()), threads_(static_cast<std::size_t>(threads())) {}
  std::string implementation() const override { return simd_implementation(); }
  BackwardReads backward_reads() const override { return {.inputs = true}; }
  std::size_t workspace() const override { return threads_ * sizeof(double); }

  void forward(const KernelArgs& args) override {
    auto* const sums = static_cast<double*>(args.workspace);
    std::fill_n(sums, threads_, 0.0);
    const auto slots = static_cast<std::int64_t>(threads_);
    const std::int64_t grain = std::max(elements_per_thread, (count_ + slots - 1) / slots);
    parallel_for(count_, grain, [&](std::int64_t begin, std::int64_t end, int thread) {
      sums[thread] = HWY_DYNAMIC_DISPATCH(SquaredDifferences)(floats(args.inputs[0]), floats(args.inputs[1]),
                                                              begin, end);
    });
    double total = 0;
    for (std::size_t t = 0; t < threads_; ++t) total += sums[t];
    if (!std::isfinite(total))
      total = squares_in_double(floats(args.inputs[0]), floats(args.inputs[1]), count_);
    *floats(args.output) = static_cast<float>(total / static_cast<double>(count_));
  }

  void backward(const KernelArgs& args) override {
    const float slope = *floats(args.output_grad) * 2.0F / static_cast<float>(count_);
    parallel_for(count_, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(DifferenceGrads)
      (floats(args.inputs[0]), floats(args.inputs[1]), optional_floats(args.input_grads, 0),
       optional_floats(args.input_grads, 1), slope, begin, end);
    });
  }

 private:
  std::int64_t count_;
  std::size_t threads_;
};

}  // namespace

void register_mse(KernelRegistry& registry) {
  registry.add_kernel("mse", [](const KernelSpec& spec) { return std::make_unique<MeanSquaredError>(spec); });
}

}  // namespace lehr::cpu
#endif
