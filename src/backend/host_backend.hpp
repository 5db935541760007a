#pragma once

#include <string>

#include "lehr/backend/backend.hpp"
#include "lehr/backend/kernel_registry.hpp"

namespace lehr {

/// Arithmetic on floats in host memory. The meanings are those of Backend.
class HostArithmetic {
 public:
  virtual ~HostArithmetic() = default;
  virtual void accumulate(float* to, const float* from, std::int64_t count) const = 0;
  virtual void add_scaled(float* to, const float* from, float factor, std::int64_t count) const = 0;
  virtual void lerp(float* to, const float* from, float weight, std::int64_t count) const = 0;
  virtual void scale(float* values, float factor, std::int64_t count) const = 0;
  virtual void clamp(float* values, float low, float high, std::int64_t count) const = 0;
  virtual double sum_of_squares(const float* values, std::int64_t count) const = 0;
  virtual bool all_finite(const float* values, std::int64_t count) const = 0;
};

/// Shared by the backends that compute on the host: memory, transfers, conversion of references to
/// addresses, and the registry of kernels.
class HostBackend : public Backend {
 public:
  HostBackend(std::string name, std::unique_ptr<const HostArithmetic> arithmetic)
      : name_(std::move(name)), arithmetic_(std::move(arithmetic)) {}
  std::string_view name() const final { return name_; }
  std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const final { return registry_.kernel(name_, spec); }
  std::unique_ptr<Update> update(const UpdateSpec& spec) const final { return registry_.update(name_, spec); }
  bool fuses(std::string_view type, FusedActivation::Kind activation) const final {
    return registry_.fuses(type, activation);
  }
  void measure(std::span<const Measurement> measurements) const final;

  std::size_t total_memory() const final;
  std::shared_ptr<DeviceMemory> allocate(std::size_t bytes) const final;
  Strides activation_layout(const Shape& shape) const override { return channels_last_strides(shape); }
  Strides parameter_layout(const Shape& shape) const override { return output_last_strides(shape); }

  void upload(const TensorRef& to, const HostData& from) const final;
  void download(void* to, const ConstTensorRef& from) const final;
  std::unique_ptr<HostInput> host_input() const final;
  void synchronise() const final {}
  double time_stamp() const final;

  void copy(const TensorRef& to, const ConstTensorRef& from) const final;
  void fill(const TensorRef& to, float value) const final;
  void accumulate(const TensorRef& to, const ConstTensorRef& from) const final;
  void add_scaled(const TensorRef& to, const ConstTensorRef& from, float factor) const final;
  void lerp(const TensorRef& to, const ConstTensorRef& from, float weight) const final;
  void scale(const TensorRef& values, float factor) const final;
  void clamp(const TensorRef& values, float low, float high) const final;
  double sum_of_squares(const ConstTensorRef& values) const final;
  bool all_finite(const ConstTensorRef& values) const final;

 protected:
  KernelRegistry& registry() { return registry_; }
  const KernelRegistry& registry() const { return registry_; }

 private:
  const float* floats(const ConstTensorRef& ref) const;
  float* floats(const TensorRef& ref) const;
  void check(const ConstTensorRef& ref) const;

  std::string name_;
  std::unique_ptr<const HostArithmetic> arithmetic_;
  KernelRegistry registry_;
};

}  // namespace lehr
