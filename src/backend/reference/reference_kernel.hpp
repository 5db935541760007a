#pragma once

#include <memory>
#include <string>

#include "backend/reference/activation.hpp"
#include "lehr/backend/host_kernel.hpp"
#include "lehr/backend/kernel_registry.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr::reference {

/// Shared by the plain kernels: the spec, and typed views of the addresses.
class ReferenceKernel : public HostKernel {
 public:
  explicit ReferenceKernel(const KernelSpec& spec) : spec_(spec) {}
  std::string implementation() const override { return "reference"; }

 protected:
  const KernelSpec& spec() const { return spec_; }
  bool has_activation() const { return spec_.activation.kind != FusedActivation::Kind::none; }
  bool wants_input_grad(std::size_t index) const {
    return index < spec_.input_grads.size() && spec_.input_grads[index];
  }
  bool wants_parameter_grad(std::size_t index) const {
    return spec_.parameter_grads && index < spec_.parameters.size();
  }

  View<const float> input(const KernelArgs& args, std::size_t index = 0) const {
    return activation_view(static_cast<const float*>(args.inputs[index]), spec_.inputs[index]);
  }
  View<float> output(const KernelArgs& args) const {
    return activation_view(static_cast<float*>(args.output), spec_.output);
  }
  View<float> input_grad(const KernelArgs& args, std::size_t index = 0) const {
    return activation_view(static_cast<float*>(args.input_grads[index]), spec_.inputs[index]);
  }
  View<const float> weight(const KernelArgs& args) const {
    return weight_view<const float>(args.parameters[0]);
  }
  View<float> weight_grad(const KernelArgs& args) const {
    return weight_view<float>(args.parameter_grads[0]);
  }
  static float* parameter(const KernelArgs& args, std::size_t index) {
    return static_cast<float*>(args.parameters[index]);
  }
  static float* parameter_grad(const KernelArgs& args, std::size_t index) {
    return static_cast<float*>(args.parameter_grads[index]);
  }

  /// The value after the fused activation, as stored.
  float activated(double value) const { return static_cast<float>(activate(spec_.activation, value)); }
  /// The gradient before the fused activation, at an offset in the output.
  double grad_at(const KernelArgs& args, std::int64_t offset) const {
    const double grad = static_cast<double>(static_cast<const float*>(args.output_grad)[offset]);
    if (!has_activation()) return grad;
    return activation_grad(spec_.activation, static_cast<const float*>(args.output)[offset], grad);
  }

 private:
  template <class T>
  static View<T> activation_view(T* data, const TensorSpec& tensor) {
    return {data, tensor.shape, channels_last_strides(tensor.shape)};
  }
  template <class T>
  View<T> weight_view(void* data) const {
    const Shape& shape = spec_.parameters[0].shape;
    return {static_cast<T*>(data), shape, output_last_strides(shape)};
  }

  KernelSpec spec_;
};

/// Makes SomeKernel from a spec, for KernelRegistry.
template <class SomeKernel>
std::unique_ptr<HostKernel> make(const KernelSpec& spec) {
  return std::make_unique<SomeKernel>(spec);
}

}  // namespace lehr::reference
