#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/cpu/ops/add.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <span>

#include "backend/cpu/activation-inl.hpp"
#include "backend/cpu/support.hpp"
#include "backend/cpu/vectors-inl.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace lehr::cpu::HWY_NAMESPACE {

void AddForward(std::span<const void* const> inputs, float* y, std::int64_t begin, std::int64_t end,
                const FusedActivation& given) {
  const FusedActivation activation = given;  // a copy, which stores through y cannot change
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      FloatVec sum = access.load(floats(inputs[0]) + i);
      for (const void* const input : inputs.subspan(1)) sum = hn::Add(sum, access.load(floats(input) + i));
      access.store(activate<kind>(FloatTag(), sum, activation), y + i);
    });
  });
}

void AddBackward(const float* y, const float* grad, std::span<void* const> input_grads, std::int64_t begin,
                 std::int64_t end, const FusedActivation& activation) {
  with_activation(activation.kind, [&]<ActivationKind kind>() HWY_ATTR {
    for_vectors(begin, end, [&](std::int64_t i, auto access) HWY_ATTR {
      FloatVec g = access.load(grad + i);
      if constexpr (kind != ActivationKind::none) {
        g = activation_grad<kind>(FloatTag(), access.load(y + i), g, activation);
      }
      for (void* const input_grad : input_grads) {
        if (input_grad != nullptr) access.store(g, floats(input_grad) + i);
      }
    });
  });
}

}  // namespace lehr::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lehr::cpu {
namespace {

HWY_EXPORT(AddForward);
HWY_EXPORT(AddBackward);

/// Sum of tensors with an optional activation.
class Add final : public HostKernel {
 public:
  explicit Add(const KernelSpec& spec) : activation_(spec.activation), count_(spec.output.shape.numel()) {}
  std::string implementation() const override { return simd_implementation(); }
  BackwardReads backward_reads() const override {
    return {.output = activation_.kind != FusedActivation::Kind::none};
  }

  void forward(const KernelArgs& args) override {
    parallel_for(count_, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(AddForward)(args.inputs, floats(args.output), begin, end, activation_);
    });
  }
  void backward(const KernelArgs& args) override {
    parallel_for(count_, elements_per_thread, [&](std::int64_t begin, std::int64_t end, int) {
      HWY_DYNAMIC_DISPATCH(AddBackward)
      (floats(args.output), floats(args.output_grad), args.input_grads, begin, end, activation_);
    });
  }

 private:
  FusedActivation activation_;
  std::int64_t count_;
};

}  // namespace

void register_add(KernelRegistry& registry) {
  registry.add_kernel("add", [](const KernelSpec& spec) { return std::make_unique<Add>(spec); },
                      {.fuses = fuses_all});
}

}  // namespace lehr::cpu
#endif
