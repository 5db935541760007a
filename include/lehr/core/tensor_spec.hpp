#pragma once

#include <cstddef>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// Element type and shape of a tensor, without its layout in memory. The backend chooses the layout
/// (Backend::activation_layout, parameter_layout).
struct TensorSpec {
  DType dtype = DType::f32;
  Shape shape;

  std::size_t bytes() const { return static_cast<std::size_t>(shape.numel()) * size_of(dtype); }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace lehr
