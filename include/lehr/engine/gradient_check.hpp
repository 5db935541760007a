#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lehr/core/tensor_spec.hpp"
#include "lehr/engine/custom_op.hpp"

namespace lehr {

/// How check_gradients draws values and compares.
struct GradientCheckOptions {
  std::uint64_t seed = 0;
  double low = -2;  ///< inputs and parameters are drawn uniformly from low to high
  double high = 2;
  std::int64_t classes = 0;   ///< i64 inputs are drawn from 0 to classes - 1; 0: the second extent of input 0
  double step = 1.0 / 256;    ///< a value is moved by this in both directions
  double tolerance = 5e-3;    ///< largest allowed difference, as a share of the tensor's largest gradient
  std::int64_t samples = 64;  ///< elements to check in each tensor
};

/// The gradients of one tensor.
struct GradientDifference {
  std::string tensor;        ///< "input 0", or the parameter's name
  std::int64_t element = 0;  ///< with the largest difference, in memory order
  double by_backward = 0;
  double by_differences = 0;
  double share = 0;          ///< the difference, as a share of the tensor's largest gradient
  std::int64_t checked = 0;  ///< checked elements; those next to a kink are skipped
};

struct GradientCheck {
  std::vector<GradientDifference> tensors;
  bool passed = false;
  /// A readable text with one line per tensor.
  std::string text;
};

/// Compares the gradients of an operation's backward() with finite differences of its forward(), at random
/// values of the inputs and parameters, in training mode. The operation need not be registered.
///
/// Elements next to a kink, where the slopes of the two sides differ, are skipped. The check fails
/// if a tensor has a larger difference than the tolerance, or if most of its elements are next to a
/// kink. Throws BadInput if the operation does not accept the inputs, and Error if it has no
/// backward pass.
GradientCheck check_gradients(const CustomOp& op, const std::vector<TensorSpec>& inputs,
                              const GradientCheckOptions& options = {});

}  // namespace lehr
