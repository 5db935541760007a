#pragma once

#include <cstddef>
#include <cstdint>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/core/tensor_spec.hpp"

namespace lehr {

class Backend;

/// A block of a backend's memory. Only its backend can access the address. Code above src/backend
/// passes references to the block (TensorRef) and moves bytes with the named calls of Backend.
class DeviceMemory {
 public:
  DeviceMemory(const Backend& backend, std::size_t bytes) : backend_(&backend), bytes_(bytes) {}
  virtual ~DeviceMemory() = default;
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  const Backend& backend() const { return *backend_; }
  std::size_t bytes() const { return bytes_; }
  /// True for HostMemory, which has an address that kernels on the host can read.
  virtual bool on_host() const { return false; }

 protected:
  void resize(std::size_t bytes) { bytes_ = bytes; }

 private:
  const Backend* backend_;
  std::size_t bytes_;
};

/// A read-only reference to a tensor in a backend's memory: the memory, an offset, an element type,
/// a shape and a layout. It owns nothing and cannot be dereferenced. The memory must outlive it. A
/// default-constructed reference is empty.
class ConstTensorRef {
 public:
  ConstTensorRef() = default;
  /// offset: bytes from the start of the memory. strides: of the elements, without gaps. Throws
  /// Error if the tensor does not lie within the memory.
  ConstTensorRef(const DeviceMemory& memory, std::size_t offset, const TensorSpec& spec,
                 const Strides& strides);

  explicit operator bool() const { return memory_ != nullptr; }
  const DeviceMemory& memory() const { return *memory_; }
  const Backend& backend() const { return memory_->backend(); }
  std::size_t offset() const { return offset_; }
  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  const Shape& shape() const { return spec_.shape; }
  const Strides& strides() const { return strides_; }
  /// Number of elements.
  std::int64_t count() const { return memory_ == nullptr ? 0 : spec_.shape.numel(); }
  std::size_t bytes() const { return memory_ == nullptr ? 0 : spec_.bytes(); }

  /// `count` elements in memory order from element `first`, as a tensor with one axis. Throws Error
  /// if they do not lie within this tensor.
  ConstTensorRef part(std::int64_t first, std::int64_t count) const;

 protected:
  std::size_t part_offset(std::int64_t first, std::int64_t count) const;

 private:
  const DeviceMemory* memory_ = nullptr;
  std::size_t offset_ = 0;
  TensorSpec spec_;
  Strides strides_{};
};

/// A reference to a tensor that can be read and written.
class TensorRef : public ConstTensorRef {
 public:
  TensorRef() = default;
  TensorRef(DeviceMemory& memory, std::size_t offset, const TensorSpec& spec, const Strides& strides)
      : ConstTensorRef(memory, offset, spec, strides) {}

  DeviceMemory& memory() const { return const_cast<DeviceMemory&>(ConstTensorRef::memory()); }
  TensorRef part(std::int64_t first, std::int64_t count) const;
};

}  // namespace lehr
