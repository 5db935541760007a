#include "lehr/core/shape.hpp"

#include <algorithm>
#include <limits>

#include "lehr/core/error.hpp"

namespace lehr {

Shape::Shape(std::initializer_list<std::int64_t> extents)
    : Shape(std::span(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::int64_t> extents) {
  if (extents.size() > max_rank) {
    throw Error("a shape has at most " + std::to_string(max_rank) + " axes, found " +
                std::to_string(extents.size()));
  }
  rank_ = static_cast<int>(extents.size());
  std::copy(extents.begin(), extents.end(), extents_.begin());
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 0) throw Error("a shape needs extents of 0 or more, found " + str());
    if (extent != 0 && product > std::numeric_limits<std::int64_t>::max() / extent) {
      throw Error("the shape " + str() + " has more elements than 64 bits can count");
    }
    product *= extent;
  }
}

std::int64_t Shape::numel() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents()) product *= extent;
  return product;
}

Shape Shape::with(int axis, std::int64_t extent) const {
  check_axis(axis);
  std::array<std::int64_t, max_rank> changed = extents_;
  changed.at(static_cast<std::size_t>(axis)) = extent;
  return Shape(std::span<const std::int64_t>(changed).first(static_cast<std::size_t>(rank_)));
}

void Shape::throw_no_axis(int axis) const {
  throw BadInput("the shape " + str() + " has no axis " + std::to_string(axis) + "; axes count from 0");
}

std::string Shape::str() const {
  std::string text = "(";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string((*this)[axis]);
  }
  return text + ")";
}

namespace {

// Strides for axes in the given memory order, from innermost to outermost.
Strides strides_in_order(const Shape& shape, std::span<const int> innermost_first) {
  Strides strides{};
  std::int64_t step = 1;
  for (const int axis : innermost_first) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

}  // namespace

Strides contiguous_strides(const Shape& shape) {
  std::array<int, Shape::max_rank> order{};
  for (int i = 0; i < shape.rank(); ++i) order[static_cast<std::size_t>(i)] = shape.rank() - 1 - i;
  return strides_in_order(shape, std::span(order).first(static_cast<std::size_t>(shape.rank())));
}

Strides channels_last_strides(const Shape& shape) {
  if (shape.rank() == 4) return strides_in_order(shape, std::array{1, 3, 2, 0});
  if (shape.rank() == 3) return strides_in_order(shape, std::array{0, 2, 1});
  return contiguous_strides(shape);
}

Strides output_last_strides(const Shape& shape) {
  if (shape.rank() == 4) return strides_in_order(shape, std::array{0, 1, 3, 2});
  if (shape.rank() == 2) return strides_in_order(shape, std::array{0, 1});
  return contiguous_strides(shape);
}

}  // namespace lehr
