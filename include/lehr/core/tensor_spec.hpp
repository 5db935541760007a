#pragma once

#include <cstddef>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// A tensor as a graph or a kernel knows it: what it holds, not where. The backend chooses the layout in
/// memory (Backend::activation_layout, parameter_layout).
struct TensorSpec {
  DType dtype = DType::f32;
  Shape shape;

  std::size_t bytes() const { return static_cast<std::size_t>(shape.numel()) * size_of(dtype); }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace lehr
