#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lehr/backend/backend.hpp"

/// Base classes of kernels that compute in host memory. They resolve tensor references to addresses
/// once and then use the addresses. Only kernels and backends include this header.
namespace lehr {

/// Memory at an address that the host can read.
class HostMemory : public DeviceMemory {
 public:
  HostMemory(const Backend& backend, void* address, std::size_t bytes)
      : DeviceMemory(backend, bytes), address_(static_cast<std::byte*>(address)) {}
  bool on_host() const final { return true; }
  std::byte* address() const { return address_; }

 protected:
  void refer(void* address, std::size_t bytes) {
    address_ = static_cast<std::byte*>(address);
    resize(bytes);
  }

 private:
  std::byte* address_;
};

/// The address of the tensor's first element, or null for an empty reference. Throws Error if the
/// memory is not on the host.
const void* host_address(const ConstTensorRef& ref);
inline void* host_address(const TensorRef& ref) {
  return const_cast<void*>(host_address(static_cast<const ConstTensorRef&>(ref)));
}

/// KernelTensors and KernelRun as addresses.
struct KernelArgs : KernelRun {
  std::span<const void* const> inputs;
  void* output = nullptr;
  std::span<void* const> parameters;
  std::span<void* const> saved;
  void* workspace = nullptr;
  // Backward only.
  const void* output_grad = nullptr;
  std::span<void* const> input_grads;      ///< null if not needed; written, not added to
  std::span<void* const> parameter_grads;  ///< null for states; written, not added to
};

/// A kernel on addresses.
class HostKernel : public Kernel {
 public:
  virtual void forward(const KernelArgs& args) = 0;
  /// Writes all gradients that the spec requests. Called only if spec.training.
  virtual void backward(const KernelArgs& args) = 0;

  void bind(const KernelTensors& tensors) final;
  void bind_input(std::size_t index, const ConstTensorRef& input) final;
  void run_forward(const KernelRun& run) final;
  void run_backward(const KernelRun& run) final;

 private:
  std::vector<const void*> inputs_;
  std::vector<void*> parameters_;
  std::vector<void*> saved_;
  std::vector<void*> input_grads_;
  std::vector<void*> parameter_grads_;
  KernelArgs args_;  // points into the vectors
};

/// UpdateRange and UpdateRates as addresses, for one update of `count` parameter elements.
struct UpdateArgs : UpdateRates {
  float* parameters = nullptr;
  const float* gradients = nullptr;
  std::span<float* const> states;
  std::int64_t count = 0;
  std::span<const UpdateTensor> tensors;
};

/// An optimizer rule on addresses.
class HostUpdate : public Update {
 public:
  virtual void apply(const UpdateArgs& args) = 0;
  void step(const UpdateRange& range, const UpdateRates& rates) final;

 private:
  std::vector<float*> states_;
};

/// A probe on addresses.
class HostProbe : public TensorProbe {
 public:
  /// As begin(). channels: the number of adjacent values that belong to one position, one per
  /// channel; 1 unless the tensor is channels-last.
  virtual void start(const float* values, std::int64_t count, std::int64_t channels) = 0;
  void begin(const ConstTensorRef& values) final;
};

}  // namespace lehr
