#include <algorithm>
#include <cstddef>

#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_conv_pass.hpp"
#include "backend/cpu/onednn_elementwise.hpp"

namespace lehr::cpu {
namespace {

class OnednnConv final : public HostKernel {
 public:
  explicit OnednnConv(const KernelSpec& spec)
      : name_(spec.name), activation_(spec.activation), conv_(ConvSpec::from(spec)) {
    onednn::translating_errors(name_, "preparing a convolution", [&] { prepare(spec); });
  }

  std::string implementation() const override { return implementation_; }
  BackwardReads backward_reads() const override {
    return {.inputs = static_cast<bool>(weights_), .output = fused()};
  }
  std::size_t workspace() const override { return workspace_; }

  void forward(const KernelArgs& args) override {
    const float* const bias = conv_.bias ? floats(args.parameters[1]) : nullptr;
    onednn::translating_errors(name_, "a convolution", [&] {
      forward_.run(floats(args.inputs[0]), args.parameters[0], bias, floats(args.output), bytes(args));
    });
    if (!onednn::applies(activation_)) {
      activate_in_place(floats(args.output), output_count(), activation_);
    }
  }

  void backward(const KernelArgs& args) override {
    const float* delta = floats(args.output_grad);
    if (fused()) {
      float* const own = reinterpret_cast<float*>(bytes(args) + delta_);
      activation_gradient(floats(args.output), delta, own, output_count(), activation_);
      delta = own;
    }
    onednn::translating_errors(name_, "a convolution's backward pass", [&] {
      if (data_ && args.input_grads[0] != nullptr) {
        data_.run(delta, args.parameters[0], nullptr, floats(args.input_grads[0]), bytes(args));
      }
      if (!weights_) return;
      float* const bias_grad = conv_.bias ? floats(args.parameter_grads[1]) : nullptr;
      weights_.run(floats(args.inputs[0]), delta, floats(args.parameter_grads[0]), bias_grad, bytes(args));
    });
  }

 private:
  static std::byte* bytes(const KernelArgs& args) { return static_cast<std::byte*>(args.workspace); }
  bool fused() const { return activation_.kind != FusedActivation::Kind::none; }
  std::int64_t output_count() const { return conv_.batch * conv_.out_c * conv_.out_h * conv_.out_w; }
  std::int64_t multiply_adds() const {
    return output_count() * conv_.kernel_h * conv_.kernel_w * (conv_.in_c / conv_.groups);
  }

  void prepare(const KernelSpec& spec) {
    const int parts = onednn::useful_slices(multiply_adds());
    onednn::WorkspaceOffsets forward_offsets;
    forward_ = onednn::ConvPass::forward(conv_, activation_, spec.training, parts, forward_offsets);
    implementation_ = "onednn:" + forward_.implementation();
    workspace_ = forward_offsets.total();
    if (!spec.training) return;
    onednn::WorkspaceOffsets offsets;
    if (fused()) delta_ = offsets.take(sizeof(float) * static_cast<std::size_t>(output_count()));
    // The two passes do not run at the same time, so they share memory.
    onednn::WorkspaceOffsets data_offsets = offsets;
    onednn::WorkspaceOffsets weights_offsets = offsets;
    if (!spec.input_grads.empty() && spec.input_grads[0]) {
      data_ = onednn::ConvPass::data(conv_, parts, data_offsets);
      implementation_ += ",data:" + data_.implementation();
    }
    if (spec.parameter_grads) {
      weights_ = onednn::ConvWeights(conv_, parts, weights_offsets);
      implementation_ += ",weights:" + weights_.implementation();
    }
    workspace_ = std::max({workspace_, data_offsets.total(), weights_offsets.total()});
  }

  std::string name_;
  FusedActivation activation_;
  ConvSpec conv_;
  std::string implementation_;
  onednn::ConvPass forward_, data_;
  onednn::ConvWeights weights_;
  std::size_t delta_ = 0;  ///< workspace offset of the gradient before the activation
  std::size_t workspace_ = 0;
};

}  // namespace

std::unique_ptr<HostKernel> make_onednn_conv(const KernelSpec& spec) {
  return std::make_unique<OnednnConv>(spec);
}

}  // namespace lehr::cpu
