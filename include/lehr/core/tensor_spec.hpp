#pragma once

#include <cstddef>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// A tensor as a graph or a kernel knows it: what it holds, not where. Activations of rank 4 lie
/// channels-last (N, H, W, C), weights output-last (channels_last_strides and output_last_strides),
/// everything else row-major.
struct TensorSpec {
  DType dtype = DType::f32;
  Shape shape;

  std::size_t bytes() const { return static_cast<std::size_t>(shape.numel()) * size_of(dtype); }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace lehr
