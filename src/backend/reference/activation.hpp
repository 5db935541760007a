#pragma once

#include "lehr/backend/host_kernel.hpp"

namespace lehr::reference {

/// f(x)
double activate(const FusedActivation& activation, double x);

/// f'(x) * grad, from y = f(x) as stored. At a kink, the derivative is the one from below, as in
/// PyTorch: 0 for relu at 0. The exception is general_relu's clamp: there it is 0, also as in
/// PyTorch. If y is NaN, the gradient passes through.
double activation_grad(const FusedActivation& activation, float y, double grad);

}  // namespace lehr::reference
