#include "lehr/backend/host_kernel.hpp"

#include <string>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

template <class Ref, class Address>
void resolve(std::span<const Ref> refs, std::vector<Address>& addresses) {
  addresses.clear();
  for (const Ref& ref : refs) addresses.push_back(host_address(ref));
}

const float* float_address(const ConstTensorRef& ref) {
  if (ref && ref.dtype() != DType::f32) {
    throw Error("expected a tensor of f32, found " + std::string(name_of(ref.dtype())));
  }
  return static_cast<const float*>(host_address(ref));
}

float* float_address(const TensorRef& ref) {
  return const_cast<float*>(float_address(static_cast<const ConstTensorRef&>(ref)));
}

/// The number of adjacent values that belong to one position, one per channel.
std::int64_t channels_of(const ConstTensorRef& ref) {
  const bool is_channels_last = ref && ref.shape().rank() > 1 && ref.strides()[1] == 1;
  return is_channels_last ? ref.shape()[1] : 1;
}

}  // namespace

const void* host_address(const ConstTensorRef& ref) {
  if (!ref) return nullptr;
  if (!ref.memory().on_host()) {
    throw Error("expected a tensor in host memory, found one in the memory of another kind of backend");
  }
  return static_cast<const HostMemory&>(ref.memory()).address() + ref.offset();
}

void HostKernel::bind(const KernelTensors& tensors) {
  resolve(tensors.inputs, inputs_);
  resolve(tensors.parameters, parameters_);
  resolve(tensors.saved, saved_);
  resolve(tensors.input_grads, input_grads_);
  resolve(tensors.parameter_grads, parameter_grads_);
  args_.inputs = inputs_;
  args_.output = host_address(tensors.output);
  args_.parameters = parameters_;
  args_.saved = saved_;
  args_.workspace = host_address(tensors.workspace);
  args_.output_grad = host_address(tensors.output_grad);
  args_.input_grads = input_grads_;
  args_.parameter_grads = parameter_grads_;
}

void HostKernel::bind_input(std::size_t index, const ConstTensorRef& input) {
  inputs_.at(index) = host_address(input);
}

void HostKernel::run_forward(const KernelRun& run) {
  static_cast<KernelRun&>(args_) = run;
  forward(args_);
}

void HostKernel::run_backward(const KernelRun& run) {
  static_cast<KernelRun&>(args_) = run;
  backward(args_);
}

void HostUpdate::step(const UpdateRange& range, const UpdateRates& rates) {
  UpdateArgs args;
  static_cast<UpdateRates&>(args) = rates;
  args.parameters = float_address(range.parameters);
  args.gradients = float_address(range.gradients);
  states_.clear();
  for (const TensorRef& state : range.states) states_.push_back(float_address(state));
  args.states = states_;
  args.count = range.parameters.count();
  args.tensors = range.tensors;
  apply(args);
}

void HostProbe::begin(const ConstTensorRef& values) {
  start(float_address(values), values.count(), channels_of(values));
}

}  // namespace lehr
