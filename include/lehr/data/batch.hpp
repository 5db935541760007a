#pragma once

#include <cstdint>
#include <span>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// One batch, valid until the next call of Loader::next() or start().
struct Batch {
  std::int64_t size = 0;
  std::int64_t index = 0;                 ///< number of the batch in its epoch
  Shape image_shape{};                    ///< (C, H, W)
  DType dtype = DType::f32;               ///< of the images
  void* images = nullptr;                 ///< (size, C, H, W), channels-last in host memory; may be changed
  const std::int64_t* targets = nullptr;  ///< (size)
  /// (size, classes) probabilities that replace the targets in the loss
  const float* soft_targets = nullptr;
  std::span<const std::int64_t> ids{};  ///< sample numbers in the dataset

  /// (size, C, H, W)
  Shape shape() const;
  /// The images, H x W x C values each. Throws Error if they are not of type f32.
  std::span<float> pixels() const;
};

}  // namespace lehr
