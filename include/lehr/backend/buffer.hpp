#pragma once

#include <memory>

#include "lehr/backend/backend.hpp"

namespace lehr {

/// A tensor that owns its memory, zero-filled: `const Buffer sums(backend, parameters.grads());`.
/// Copies share the memory.
class Buffer {
 public:
  Buffer() = default;
  /// A tensor with one axis.
  Buffer(const Backend& backend, std::int64_t count, DType dtype = DType::f32)
      : Buffer(backend, {dtype, Shape{count}}, contiguous_strides(Shape{count})) {}
  Buffer(const Backend& backend, const TensorSpec& spec, const Strides& strides)
      : memory_(backend.allocate(spec.bytes())), ref_(*memory_, 0, spec, strides) {}
  /// A new buffer with the values of another tensor.
  static Buffer copy_of(const ConstTensorRef& from);

  explicit operator bool() const { return memory_ != nullptr; }
  const TensorRef& ref() const { return ref_; }

 private:
  std::shared_ptr<DeviceMemory> memory_;
  TensorRef ref_;
};

}  // namespace lehr
