#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace lehr {

/// The extents of a tensor, outermost first, in PyTorch's order: images are (N, C, H, W) and convolution
/// weights (O, I, H, W). Strides, not Shape, describe how the elements lie in memory. A Shape of rank 0 is a
/// scalar and has one element.
class Shape {
 public:
  static constexpr int max_rank = 5;

  Shape() = default;
  /// Throws Error if there are more than max_rank extents, if an extent is negative, or if the product
  /// overflows.
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::span<const std::int64_t> extents);

  int rank() const { return rank_; }
  /// Throws BadInput if there is no such axis.
  std::int64_t operator[](int axis) const {
    check_axis(axis);
    return extents_[static_cast<std::size_t>(axis)];
  }
  std::span<const std::int64_t> extents() const {
    return std::span(extents_).first(static_cast<std::size_t>(rank_));
  }
  std::int64_t numel() const;

  /// The same shape with one extent replaced: `with(0, batch)` sets the batch size. Throws as operator[] and
  /// the constructor do.
  Shape with(int axis, std::int64_t extent) const;

  /// "(512, 1, 28, 28)"
  std::string str() const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  void check_axis(int axis) const {
    if (axis < 0 || axis >= rank_) throw_no_axis(axis);
  }
  [[noreturn]] void throw_no_axis(int axis) const;

  std::array<std::int64_t, max_rank> extents_{};
  int rank_ = 0;
};

/// Distance, in elements, between neighbours along each axis.
using Strides = std::array<std::int64_t, Shape::max_rank>;

/// Row-major strides: the last axis is contiguous.
Strides contiguous_strides(const Shape& shape);

/// Strides of (N, C, H, W) or (C, H, W) stored as N, H, W, C. Batches of images have this layout in
/// host memory. Shapes of other ranks are row-major.
Strides channels_last_strides(const Shape& shape);

/// Strides of a weight (O, I, ...) stored with O innermost: (O, I, H, W) is stored as H, W, I, O,
/// and (O, I) as I, O. The backends that compute on the host use this layout for weights.
Strides output_last_strides(const Shape& shape);

}  // namespace lehr
