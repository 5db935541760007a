#pragma once

#include <cstddef>
#include <cstdint>

#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/core/tensor_spec.hpp"

namespace lehr {

class Backend;

/// A block of a backend's memory. Only its backend knows where the block is: code above src/backend passes
/// references to it (TensorRef) and moves bytes with the named calls of Backend.
class DeviceMemory {
 public:
  DeviceMemory(const Backend& backend, std::size_t bytes) : backend_(&backend), bytes_(bytes) {}
  virtual ~DeviceMemory() = default;
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  const Backend& backend() const { return *backend_; }
  std::size_t bytes() const { return bytes_; }
  /// True for HostMemory, whose address a kernel on the host can read.
  virtual bool on_host() const { return false; }

 protected:
  void resize(std::size_t bytes) { bytes_ = bytes; }

 private:
  const Backend* backend_;
  std::size_t bytes_;
};

/// A tensor in a backend's memory, to read: the memory, an offset, an element type, a shape and a layout. It
/// owns nothing and cannot be dereferenced. The memory must outlive it. A default one refers to nothing.
class ConstTensorRef {
 public:
  ConstTensorRef() = default;
  /// offset: bytes from the start of the memory. strides: of the elements, which lie without gaps. Throws
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
  /// Elements.
  std::int64_t count() const { return memory_ == nullptr ? 0 : spec_.shape.numel(); }
  std::size_t bytes() const { return memory_ == nullptr ? 0 : spec_.bytes(); }

  /// `count` elements in memory order from element `first`, as a tensor of one axis. Throws Error if they do
  /// not lie within this one.
  ConstTensorRef part(std::int64_t first, std::int64_t count) const;

 protected:
  std::size_t part_offset(std::int64_t first, std::int64_t count) const;

 private:
  const DeviceMemory* memory_ = nullptr;
  std::size_t offset_ = 0;
  TensorSpec spec_;
  Strides strides_{};
};

/// The same, to read and to write.
class TensorRef : public ConstTensorRef {
 public:
  TensorRef() = default;
  TensorRef(DeviceMemory& memory, std::size_t offset, const TensorSpec& spec, const Strides& strides)
      : ConstTensorRef(memory, offset, spec, strides) {}

  DeviceMemory& memory() const { return const_cast<DeviceMemory&>(ConstTensorRef::memory()); }
  TensorRef part(std::int64_t first, std::int64_t count) const;
};

}  // namespace lehr
