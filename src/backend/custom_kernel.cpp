#include "lehr/backend/custom_kernel.hpp"

#include "backend/custom_kernels.hpp"
#include "core/open_registry.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/text.hpp"

namespace lehr {
namespace {

using MakeCustomKernel = std::function<std::shared_ptr<const CustomKernel>(const Attributes&)>;

OpenRegistry<MakeCustomKernel>& kernel_registry() {
  static OpenRegistry<MakeCustomKernel> kernels({"operation", "lehr::register_op"});
  return kernels;
}

/// Thrown by the default CustomKernel::backward.
class NoBackward final : public Error {
 public:
  NoBackward() : Error("the operation has no backward pass: its class does not define backward") {}
};

template <class T>
CustomTensor<T> tensor_of(const Shape& shape, const Strides& strides) {
  return {{}, shape, strides};
}

/// One CustomKernel, prepared for fixed shapes. The tensors are made once. A run only sets
/// addresses.
class PreparedKernel final : public HostKernel {
 public:
  PreparedKernel(const KernelSpec& spec, std::shared_ptr<const CustomKernel> kernel)
      : name_(spec.name), type_(spec.type), kernel_(std::move(kernel)), reads_(kernel_->backward_reads()) {
    for (const TensorSpec& input : spec.inputs) {
      check_dtype(input.dtype == DType::f32 || input.dtype == DType::i64, input.dtype, "f32 or i64 inputs");
      inputs_.push_back({tensor_of<const float>(input.shape, channels_last_strides(input.shape)), {}});
      integers_.push_back(input.dtype == DType::i64);
      input_grads_.push_back(tensor_of<float>(input.shape, channels_last_strides(input.shape)));
    }
    check_dtype(spec.output.dtype == DType::f32, spec.output.dtype, "an f32 output");
    output_ = tensor_of<float>(spec.output.shape, channels_last_strides(spec.output.shape));
    for (const TensorSpec& parameter : spec.parameters) {
      parameters_.push_back(tensor_of<float>(parameter.shape, output_last_strides(parameter.shape)));
    }
    parameter_grads_ = parameters_;
    for (const Shape& shape : kernel_->saved(spec.inputs)) {
      saved_.push_back(tensor_of<float>(shape, channels_last_strides(shape)));
    }
    training_ = spec.training;
    input_grads_wanted_ = spec.input_grads;
    parameter_grads_wanted_ = spec.parameter_grads;
    read_parameters_.resize(parameters_.size());
    read_saved_.resize(saved_.size());
  }

  std::string implementation() const override { return "custom"; }
  BackwardReads backward_reads() const override { return reads_; }
  std::vector<TensorSpec> saved() const override {
    std::vector<TensorSpec> specs;
    for (const CustomTensor<float>& tensor : saved_) specs.push_back({DType::f32, tensor.shape});
    return specs;
  }

  void forward(const KernelArgs& args) override {
    take_inputs(args, true);
    take(output_, args.output);
    take_all(parameters_, args.parameters);
    take_all(saved_, args.saved);
    kernel_->forward({.inputs = inputs_,
                      .parameters = parameters_,
                      .output = output_,
                      .saved = saved_,
                      .training = training_,
                      .seed = args.seed,
                      .step = args.step});
  }

  void backward(const KernelArgs& args) override {
    take_inputs(args, reads_.inputs);
    take_all(parameters_, args.parameters);
    take_all(saved_, args.saved);
    for (std::size_t i = 0; i < input_grads_.size(); ++i) {
      const bool wanted = i < input_grads_wanted_.size() && input_grads_wanted_[i];
      take(input_grads_[i], wanted ? args.input_grads[i] : nullptr);
    }
    for (std::size_t i = 0; i < parameter_grads_.size(); ++i) {
      take(parameter_grads_[i], parameter_grads_wanted_ ? args.parameter_grads[i] : nullptr);
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) read_parameters_[i] = read_only(parameters_[i]);
    for (std::size_t i = 0; i < saved_.size(); ++i) read_saved_[i] = read_only(saved_[i]);
    take(output_, reads_.output ? args.output : nullptr);
    CustomTensor<float> output_grad = output_;
    take(output_grad, const_cast<void*>(args.output_grad));
    call_backward({.inputs = inputs_,
                   .parameters = read_parameters_,
                   .output = read_only(output_),
                   .saved = read_saved_,
                   .output_grad = read_only(output_grad),
                   .input_grads = input_grads_,
                   .parameter_grads = parameter_grads_,
                   .seed = args.seed,
                   .step = args.step});
  }

 private:
  void check_dtype(bool fits, DType found, const char* expected) const {
    if (fits) return;
    throw BadInput("the operation " + type_ + " of node " + in_quotes(name_) + " needs " + expected +
                   ", found " + std::string(name_of(found)));
  }

  void call_backward(const CustomBackward& pass) const {
    try {
      kernel_->backward(pass);
    } catch (const NoBackward&) {
      throw Error("the operation " + type_ + " of node " + in_quotes(name_) +
                  " cannot be trained: its class does not define backward");
    }
  }

  static CustomTensor<const float> read_only(const CustomTensor<float>& tensor) {
    return {tensor.values, tensor.shape, tensor.strides};
  }
  static void take(CustomTensor<float>& tensor, void* address) {
    const std::size_t count = address == nullptr ? 0 : static_cast<std::size_t>(tensor.shape.numel());
    tensor.values = {static_cast<float*>(address), count};
  }
  static void take_all(std::vector<CustomTensor<float>>& tensors, std::span<void* const> addresses) {
    for (std::size_t i = 0; i < tensors.size(); ++i) take(tensors[i], addresses[i]);
  }
  void take_inputs(const KernelArgs& args, bool with_values) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto count = with_values ? static_cast<std::size_t>(inputs_[i].shape.numel()) : 0;
      if (integers_[i]) {
        inputs_[i].integers = {static_cast<const std::int64_t*>(args.inputs[i]), count};
      } else {
        inputs_[i].values = {static_cast<const float*>(args.inputs[i]), count};
      }
    }
  }

  std::string name_;
  std::string type_;
  std::shared_ptr<const CustomKernel> kernel_;
  BackwardReads reads_;
  bool training_ = false;
  std::vector<bool> input_grads_wanted_;
  bool parameter_grads_wanted_ = false;
  std::vector<CustomInput> inputs_;
  std::vector<bool> integers_;
  CustomTensor<float> output_;
  std::vector<CustomTensor<float>> parameters_, saved_, input_grads_, parameter_grads_;
  std::vector<CustomTensor<const float>> read_parameters_, read_saved_;
};

}  // namespace

std::vector<Shape> CustomKernel::saved(std::span<const TensorSpec>) const { return {}; }

void CustomKernel::backward(const CustomBackward&) const { throw NoBackward(); }

void register_custom_kernel(const std::string& type, MakeCustomKernel make) {
  if (!make) throw BadInput("the kernel of " + in_quotes(type) + " needs a function that makes it");
  kernel_registry().add(type, std::move(make));
}

std::unique_ptr<HostKernel> custom_kernel(const KernelSpec& spec) {
  const MakeCustomKernel* make = kernel_registry().find(spec.type);
  if (make == nullptr) return nullptr;
  std::shared_ptr<const CustomKernel> kernel = (*make)(spec.attributes);
  if (!kernel) throw Error("what is registered as the kernel of " + in_quotes(spec.type) + " made nothing");
  return std::make_unique<PreparedKernel>(spec, std::move(kernel));
}

}  // namespace lehr
