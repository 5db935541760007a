#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

#include "backend/cpu/support.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/parallel.hpp"

/// Host code shared by the update rules. scaffold-inl.hpp has the loops.
namespace lehr::cpu {

/// The buffers of an update, or those of one tensor in it.
struct UpdateBuffers {
  static constexpr std::size_t max_states = 3;
  float* values = nullptr;
  const float* grads = nullptr;
  float* states[max_states] = {};  ///< in the rule's order; unused ones are null
};

/// The buffers from element `offset` on.
inline UpdateBuffers buffers_of(const UpdateArgs& args, std::int64_t offset = 0) {
  UpdateBuffers buffers{args.parameters + offset, args.gradients + offset};
  const std::size_t states = std::min(args.states.size(), UpdateBuffers::max_states);
  for (std::size_t i = 0; i < states; ++i) buffers.states[i] = args.states[i] + offset;
  return buffers;
}

/// How a step changes a value: value = keep * value - rate * direction. The direction is computed
/// from the gradient with L2 and L1.
struct StepScale {
  float l2 = 0;
  float l1 = 0;
  float keep = 1;  ///< the factor of decoupled decay: 1 - lr * decoupled_decay
  float rate = 0;
};

inline StepScale scale_of(const UpdateArgs& args, float rate) {
  const double taken = static_cast<double>(args.lr) * static_cast<double>(args.decoupled_decay);
  return {args.weight_decay, args.l1, static_cast<float>(1 - taken), rate};
}

/// The constants of Adam's two moments in one step.
struct Moments {
  float beta1 = 0;
  float taken1 = 0;  ///< 1 - beta1
  float beta2 = 0;
  float taken2 = 0;  ///< 1 - beta2
};

inline Moments moments_of(const UpdateArgs& args, double beta2) {
  return {args.momentum, static_cast<float>(1 - static_cast<double>(args.momentum)),
          static_cast<float>(beta2), static_cast<float>(1 - beta2)};
}

/// The bias correction of a mean with factor beta that started at zero: 1 - beta^steps.
inline double bias_correction(double beta, std::int64_t steps) {
  return 1 - std::pow(beta, static_cast<double>(steps));
}

/// Element counts from which a second thread is worthwhile. It is worthwhile earlier if each
/// element needs a square root and a division.
inline constexpr std::int64_t light_rule = elements_per_thread;
inline constexpr std::int64_t heavy_rule = elements_per_thread / 2;

/// Calls range(begin, end) for parts of `count` elements, on several threads.
template <class Range>
void update_in_parts(std::int64_t count, std::int64_t part, const Range& range) {
  parallel_for(count, part, [&](std::int64_t begin, std::int64_t end, int) { range(begin, end); });
}

/// Registers a rule that needs only its UpdateSpec.
template <class Rule>
void add_rule(KernelRegistry& registry, const char* type) {
  registry.add_update(type, [](const UpdateSpec& spec) { return std::make_unique<Rule>(spec); });
}

}  // namespace lehr::cpu
