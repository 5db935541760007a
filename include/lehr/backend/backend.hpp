#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lehr/backend/kernel.hpp"
#include "lehr/backend/probe.hpp"
#include "lehr/backend/tensor_ref.hpp"
#include "lehr/backend/update.hpp"
#include "lehr/core/dtype.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr {

/// Elements in host memory, one after the other. Refers to them.
struct HostData {
  const void* data = nullptr;
  DType dtype = DType::f32;
  std::int64_t count = 0;

  HostData() = default;
  HostData(const void* address, DType type, std::int64_t elements)
      : data(address), dtype(type), count(elements) {}
  template <class T>
  HostData(std::span<T> elements)
      : HostData(elements.data(), DTypeOf<std::remove_const_t<T>>::value, std::ssize(elements)) {}
  template <class T>
  HostData(const std::vector<T>& elements) : HostData(std::span<const T>(elements)) {}
  /// Its elements in memory order.
  HostData(const Tensor& tensor) : HostData(tensor.data(), tensor.dtype(), tensor.shape().numel()) {}
};

/// Host data of a graph's input, under a reference that kernels can read. Backends that compute on the host
/// refer to the data where it is; others hold a copy in their memory.
class HostInput {
 public:
  virtual ~HostInput() = default;
  /// data: elements of `spec`; images (N, C, H, W) are channels-last. The reference is valid until the next
  /// call, and the host must not change the data until the kernels that read it have run. Throws Error if the
  /// element type or the count is another.
  virtual ConstTensorRef set(const TensorSpec& spec, const HostData& data) = 0;
};

/// The seam between the engine and what computes. Code above it holds TensorRefs, which it cannot
/// dereference; bytes move between the host and a backend's memory in the named calls below alone. The calls
/// throw Error for references to another backend's memory, and for element types or counts that do not fit.
///
/// A backend does its work in the order of the calls. It may do it later, but download, sum_of_squares,
/// all_finite, measure, TensorProbe::end and synchronise return when all that was asked before them is done.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  // What computes.
  /// Throws Error if the operation is not known; BadInput if these shapes or element types cannot be
  /// computed.
  virtual std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const = 0;
  /// True if kernel() accepts this activation behind that type of operation.
  virtual bool fuses(std::string_view type, FusedActivation::Kind activation) const = 0;
  virtual std::unique_ptr<Update> update(const UpdateSpec& spec) const = 0;
  virtual std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const = 0;
  /// Measures tensors that have their values, such as all weights: faster than one by one.
  virtual void measure(std::span<const Measurement> measurements) const = 0;

  // Memory.
  /// Bytes of memory that the device has in all.
  virtual std::size_t total_memory() const = 0;
  /// Zero-filled, 64-byte aligned.
  virtual std::shared_ptr<DeviceMemory> allocate(std::size_t bytes) const = 0;
  /// How activations, their gradients and inputs lie in memory: without gaps, in an order of axes that the
  /// backend chooses.
  virtual Strides activation_layout(const Shape& shape) const = 0;
  /// The same for parameters, their gradients and states.
  virtual Strides parameter_layout(const Shape& shape) const = 0;

  // Transfers. Elements in memory order, as many as the tensor has.
  virtual void upload(const TensorRef& to, const HostData& from) const = 0;
  /// to: room for from.bytes().
  virtual void download(void* to, const ConstTensorRef& from) const = 0;
  virtual std::unique_ptr<HostInput> host_input() const = 0;
  /// Waits for all that was asked.
  virtual void synchronise() const = 0;
  /// Seconds on a clock of the device, once all that was asked is done. Only differences mean anything.
  virtual double time_stamp() const = 0;

  // Arithmetic on f32 tensors of equal counts, in memory order: for gradients with several sources and for
  // whole flat buffers.
  virtual void copy(const TensorRef& to, const ConstTensorRef& from) const = 0;
  virtual void fill(const TensorRef& to, float value) const = 0;
  /// to += from
  virtual void accumulate(const TensorRef& to, const ConstTensorRef& from) const = 0;
  /// to += factor from
  virtual void add_scaled(const TensorRef& to, const ConstTensorRef& from, float factor) const = 0;
  /// to += weight (from - to)
  virtual void lerp(const TensorRef& to, const ConstTensorRef& from, float weight) const = 0;
  virtual void scale(const TensorRef& values, float factor) const = 0;
  /// NaN stays NaN.
  virtual void clamp(const TensorRef& values, float low, float high) const = 0;
  /// The same for any number of threads.
  virtual double sum_of_squares(const ConstTensorRef& values) const = 0;
  virtual bool all_finite(const ConstTensorRef& values) const = 0;

  // Transfers with another order of elements.
  /// The elements of an f32 tensor in memory order.
  std::vector<float> download_floats(const ConstTensorRef& from) const;
  /// A tensor in PyTorch's order, row-major.
  Tensor download_tensor(const ConstTensorRef& from) const;
  /// from: of the same shape and element type, with any strides. Throws Error otherwise.
  void upload_tensor(const TensorRef& to, const Tensor& from) const;
};

/// The processor: oneDNN and lehr's own SIMD kernels, chosen at run time.
const Backend& cpu_backend();
/// Plain loops in double: what the tests compare with.
const Backend& reference_backend();

}  // namespace lehr
