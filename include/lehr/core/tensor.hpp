#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

#include "lehr/core/dtype.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/shape.hpp"

namespace lehr {

/// Alignment of every buffer, in bytes: one cache line, one AVX-512 register.
inline constexpr std::size_t buffer_alignment = 64;

/// A non-owning view of elements: an address, a logical shape, and strides in elements.
/// T is float, unsigned char or long (std::int64_t), const or not.
template <class T>
struct View {
  T* data = nullptr;
  Shape shape;
  Strides strides{};

  T& at(std::int64_t i, std::int64_t j = 0, std::int64_t k = 0, std::int64_t l = 0) const {
    return data[i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]];
  }
};

/// An owning block of elements, aligned to 64 bytes. It can be moved. To copy it, call `clone()`.
class Tensor {
 public:
  Tensor() = default;
  /// Zero-filled and row-major. Throws Error, with the shape and the bytes, if the memory cannot be
  /// allocated.
  Tensor(const Shape& shape, DType dtype) : Tensor(shape, dtype, contiguous_strides(shape)) {}
  Tensor(const Shape& shape, DType dtype, const Strides& strides);

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  const Strides& strides() const { return strides_; }
  std::size_t bytes() const { return static_cast<std::size_t>(shape_.numel()) * size_of(dtype_); }
  void* data() { return storage_.get(); }
  const void* data() const { return storage_.get(); }

  /// The elements in memory order. Throws Error if T is not the tensor's element type.
  template <class T>
  std::span<T> elements() {
    check_type(DTypeOf<T>::value);
    return {reinterpret_cast<T*>(storage_.get()), static_cast<std::size_t>(shape_.numel())};
  }
  template <class T>
  std::span<const T> elements() const {
    check_type(DTypeOf<T>::value);
    return {reinterpret_cast<const T*>(storage_.get()), static_cast<std::size_t>(shape_.numel())};
  }
  template <class T>
  View<T> view() {
    return {elements<T>().data(), shape_, strides_};
  }
  template <class T>
  View<const T> view() const {
    return {elements<T>().data(), shape_, strides_};
  }

  Tensor clone() const;

 private:
  struct Free {
    void operator()(std::byte* address) const;
  };
  void check_type(DType asked) const;

  Shape shape_;
  DType dtype_ = DType::f32;
  Strides strides_{};
  std::unique_ptr<std::byte[], Free> storage_;
};

/// Copies the elements between two views of equal shape and any strides, so it can change the layout. Throws
/// Error if the shapes differ.
template <class From, class To>
void copy_elements(const View<From>& from, const View<To>& to) {
  static_assert(std::is_same_v<std::remove_const_t<From>, To>);
  if (from.shape != to.shape) {
    throw Error("copy between tensors of shape " + from.shape.str() + " and " + to.shape.str());
  }
  Strides index{};
  const std::int64_t count = from.shape.numel();
  for (std::int64_t done = 0; done < count; ++done) {
    std::int64_t source = 0;
    std::int64_t target = 0;
    for (int axis = 0; axis < from.shape.rank(); ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      source += index[a] * from.strides[a];
      target += index[a] * to.strides[a];
    }
    to.data[target] = from.data[source];
    for (int axis = from.shape.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      if (++index[a] < from.shape[axis]) break;
      index[a] = 0;
    }
  }
}

}  // namespace lehr
