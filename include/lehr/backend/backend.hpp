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

/// A non-owning view of contiguous elements in host memory.
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
  /// The tensor's elements in memory order.
  HostData(const Tensor& tensor) : HostData(tensor.data(), tensor.dtype(), tensor.shape().numel()) {}
};

/// Makes host data for a graph input readable by kernels, through a tensor reference. Backends that
/// compute on the host refer to the data itself. Other backends copy it to their memory.
class HostInput {
 public:
  virtual ~HostInput() = default;
  /// data: the elements of `spec`; images (N, C, H, W) are channels-last. The reference is valid
  /// until the next call. The host must not change the data until the kernels that read it have
  /// run. Throws Error if the element type or the count does not match.
  virtual ConstTensorRef set(const TensorSpec& spec, const HostData& data) = 0;
};

/// The interface between the engine and the code that computes. Code above it uses TensorRefs,
/// which it cannot dereference. Only the named calls below move bytes between the host and a
/// backend's memory. The calls throw Error for references to another backend's memory, and for
/// element types or counts that do not match.
///
/// A backend executes the calls in order, but may execute them later. download, sum_of_squares,
/// all_finite, measure, TensorProbe::end and synchronise return only after all earlier calls are
/// complete.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;

  // Kernels, optimizer rules and probes.
  /// Throws Error if the operation is unknown, and BadInput if the backend does not support these
  /// shapes or element types.
  virtual std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const = 0;
  /// True if kernel() can fuse this activation into that type of operation.
  virtual bool fuses(std::string_view type, FusedActivation::Kind activation) const = 0;
  virtual std::unique_ptr<Update> update(const UpdateSpec& spec) const = 0;
  virtual std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const = 0;
  /// Computes the statistics of tensors that already have their values, such as all weights. Faster
  /// than one call per tensor.
  virtual void measure(std::span<const Measurement> measurements) const = 0;

  // Memory.
  /// The total memory of the device, in bytes.
  virtual std::size_t total_memory() const = 0;
  /// Zero-filled, 64-byte aligned.
  virtual std::shared_ptr<DeviceMemory> allocate(std::size_t bytes) const = 0;
  /// The memory layout of activations, their gradients and inputs: without gaps, in an order of
  /// axes that the backend chooses.
  virtual Strides activation_layout(const Shape& shape) const = 0;
  /// The same for parameters, their gradients and states.
  virtual Strides parameter_layout(const Shape& shape) const = 0;

  // Transfers. Elements are in memory order, and there must be as many as the tensor has.
  virtual void upload(const TensorRef& to, const HostData& from) const = 0;
  /// to: has room for from.bytes().
  virtual void download(void* to, const ConstTensorRef& from) const = 0;
  virtual std::unique_ptr<HostInput> host_input() const = 0;
  /// Waits until all earlier calls are complete.
  virtual void synchronise() const = 0;
  /// Seconds on a clock of the device, read after all earlier calls are complete. Only differences
  /// are meaningful.
  virtual double time_stamp() const = 0;

  // Arithmetic on f32 tensors of equal counts, in memory order. Used for gradients with several
  // sources and for whole flat buffers.
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
  /// The result does not depend on the number of threads.
  virtual double sum_of_squares(const ConstTensorRef& values) const = 0;
  virtual bool all_finite(const ConstTensorRef& values) const = 0;

  // Transfers that reorder elements.
  /// The elements of an f32 tensor in memory order.
  std::vector<float> download_floats(const ConstTensorRef& from) const;
  /// A tensor in PyTorch's order, row-major.
  Tensor download_tensor(const ConstTensorRef& from) const;
  /// from: of the same shape and element type, with any strides. Throws Error otherwise.
  void upload_tensor(const TensorRef& to, const Tensor& from) const;
};

/// The CPU backend: oneDNN and lehr's own SIMD kernels, chosen at run time.
const Backend& cpu_backend();
/// Plain loops in double precision. The tests compare other backends with it.
const Backend& reference_backend();

}  // namespace lehr
