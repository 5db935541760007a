#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "lehr/backend/kernel.hpp"

namespace lehr {

/// A convolution with all extents computed. In memory, images are (N, H, W, C), and the weight is
/// (kernel_h, kernel_w, in_c/groups, out_c).
struct ConvSpec {
  std::int64_t batch = 1;
  std::int64_t in_c = 1, in_h = 1, in_w = 1;
  std::int64_t out_c = 1, out_h = 1, out_w = 1;
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t groups = 1;
  bool bias = false;

  static ConvSpec from(const KernelSpec& spec);
};

/// A pooling with all extents computed.
struct PoolSpec {
  std::int64_t batch = 1, channels = 1;
  std::int64_t in_h = 1, in_w = 1, out_h = 1, out_w = 1;
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t pad_h = 0, pad_w = 0;
  bool count_include_pad = true;  ///< average pooling only

  /// For "max_pool2d" and "avg_pool2d".
  static PoolSpec from(const KernelSpec& spec);
};

/// The fused activation, or the kind of an "activation" kernel's attributes. Only the latter can be
/// silu or gelu. These are never fused, because their derivative cannot be computed from the
/// output.
FusedActivation fused_activation(const Attributes& attributes);

/// A lower bound for the output of general_relu for inputs above 0: the next number above
/// -subtract. If x - subtract rounds to -subtract, the output thus still shows that the input was
/// above 0.
inline float least_of_positive(const FusedActivation& activation) {
  const float floor = -activation.subtract;
  if (floor == 0) return std::numeric_limits<float>::denorm_min();
  const auto bits = std::bit_cast<std::uint32_t>(floor);
  return std::bit_cast<float>(floor < 0 ? bits - 1 : bits + 1);
}

}  // namespace lehr
