#pragma once

#include <cstdint>

#include "lehr/backend/host_kernel.hpp"

namespace lehr::cpu {

/// values = f(values), in place.
void activate_in_place(float* values, std::int64_t count, const FusedActivation& activation);

/// to = f'(x) * output_grad, where output = f(x).
void activation_gradient(const float* output, const float* output_grad, float* to, std::int64_t count,
                         const FusedActivation& activation);

}  // namespace lehr::cpu
