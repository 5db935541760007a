#include <algorithm>
#include <cstddef>

#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_elementwise.hpp"

namespace lehr::cpu {
namespace {

using onednn::Call;
using onednn::Choice;
using onednn::ConvProblem;
using onednn::Desc;
using onednn::Dims;

/// (N, C, H, W) held channels-last. Blocked layouts are never offered: with channel counts that are no
/// multiple of the block, oneDNN answers them with its reference kernel.
Desc image(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
  return onednn::strided({n, c, h, w}, {h * w * c, 1, w * c, c});
}

Dims weights_dims(const ConvSpec& c) {
  if (c.groups == 1) return {c.out_c, c.in_c, c.kernel_h, c.kernel_w};
  return {c.groups, c.out_c / c.groups, c.in_c / c.groups, c.kernel_h, c.kernel_w};
}

/// (kernel_h, kernel_w, in_c/groups, out_c) in memory, the output channels of a group side by side.
Desc weights(const ConvSpec& c) {
  const std::int64_t row = c.out_c;
  const std::int64_t tap = row * (c.in_c / c.groups);
  if (c.groups == 1) return onednn::strided(weights_dims(c), {1, row, c.kernel_w * tap, tap});
  return onednn::strided(weights_dims(c), {c.out_c / c.groups, 1, row, c.kernel_w * tap, tap});
}

ConvProblem problem(const ConvSpec& c, bool training) {
  ConvProblem p;
  p.src = image(c.batch, c.in_c, c.in_h, c.in_w);
  p.weights = weights(c);
  p.weights_dims = weights_dims(c);
  if (c.bias) p.bias = onednn::strided({c.out_c}, {1});
  p.dst = image(c.batch, c.out_c, c.out_h, c.out_w);
  p.stride = {c.stride_h, c.stride_w};
  p.dilation = {c.dilation_h, c.dilation_w};
  p.padding = {c.pad_h, c.pad_w};
  p.training = training;
  return p;
}

/// A primitive, and the reorder of its weights where it wants them otherwise than lehr holds them.
struct Pass {
  Call conv;
  Call reorder;
  std::size_t weights = 0;     ///< offset in the workspace of the reordered weights
  std::size_t scratchpad = 0;  ///< offset in the workspace, used by the two calls in turn
};

class OnednnConv final : public Kernel {
 public:
  explicit OnednnConv(const KernelSpec& spec)
      : name_(spec.name), activation_(spec.activation), conv_(ConvSpec::from(spec)) {
    onednn::translating_errors(name_, "preparing a convolution", [&] { prepare(spec); });
  }

  std::string implementation() const override { return implementation_; }
  BackwardReads backward_reads() const override {
    return {.inputs = static_cast<bool>(weights_.conv), .output = fused()};
  }
  std::size_t workspace() const override { return workspace_; }

  void forward(const KernelArgs& args) override {
    onednn::translating_errors(name_, "a convolution", [&] { run_forward(args); });
    if (!onednn::applies(activation_)) {
      activate_in_place(static_cast<float*>(args.output), output_count(), activation_);
    }
  }

  void backward(const KernelArgs& args) override {
    const void* delta = args.output_grad;
    if (fused()) {
      auto* own = static_cast<float*>(at(args, delta_));
      activation_gradient(static_cast<const float*>(args.output), static_cast<const float*>(delta), own,
                          output_count(), activation_);
      delta = own;
    }
    onednn::translating_errors(name_, "a convolution's backward pass", [&] {
      if (data_.conv && args.input_grads[0] != nullptr) run_data(args, delta);
      if (weights_.conv) run_weights(args, delta);
    });
  }

 private:
  bool fused() const { return activation_.kind != FusedActivation::Kind::none; }
  std::int64_t output_count() const { return conv_.batch * conv_.out_c * conv_.out_h * conv_.out_w; }
  static void* at(const KernelArgs& args, std::size_t offset) {
    return static_cast<std::byte*>(args.workspace) + offset;
  }

  std::int64_t multiply_adds() const {
    return output_count() * conv_.kernel_h * conv_.kernel_w * (conv_.in_c / conv_.groups);
  }

  void prepare(const KernelSpec& spec) {
    const onednn::Threads scope(onednn::useful_threads(multiply_adds()));
    const ConvProblem p = problem(conv_, spec.training);
    prepare_forward(p);
    if (!spec.training) return;
    if (fused()) delta_ = backward_pieces_.take(sizeof(float) * static_cast<std::size_t>(output_count()));
    if (!spec.input_grads.empty() && spec.input_grads[0]) prepare_data(p);
    if (spec.parameter_grads) prepare_weights(p);
    workspace_ = std::max(workspace_, backward_pieces_.total());
  }

  void prepare_forward(const ConvProblem& p) {
    const Choice choice = onednn::conv_forward(p, activation_);
    implementation_ = "onednn:" + choice.implementation;
    if (conv_.bias) {
      forward_.conv = Call(choice, {{DNNL_ARG_SRC, p.src},
                                    {DNNL_ARG_WEIGHTS, choice.weights},
                                    {DNNL_ARG_BIAS, p.bias},
                                    {DNNL_ARG_DST, p.dst}});
    } else {
      forward_.conv =
          Call(choice, {{DNNL_ARG_SRC, p.src}, {DNNL_ARG_WEIGHTS, choice.weights}, {DNNL_ARG_DST, p.dst}});
    }
    onednn::Pieces pieces;
    place(forward_, choice, p.weights, true, pieces);
    workspace_ = pieces.total();
  }

  void prepare_data(const ConvProblem& p) {
    const Choice choice = onednn::conv_backward_data(p);
    implementation_ += ",data:" + choice.implementation;
    data_.conv = Call(
        choice, {{DNNL_ARG_DIFF_DST, p.dst}, {DNNL_ARG_WEIGHTS, choice.weights}, {DNNL_ARG_DIFF_SRC, p.src}});
    place(data_, choice, p.weights, true, backward_pieces_);
  }

  void prepare_weights(const ConvProblem& p) {
    const Choice choice = onednn::conv_backward_weights(p);
    implementation_ += ",weights:" + choice.implementation;
    if (conv_.bias) {
      weights_.conv = Call(choice, {{DNNL_ARG_SRC, p.src},
                                    {DNNL_ARG_DIFF_DST, p.dst},
                                    {DNNL_ARG_DIFF_WEIGHTS, choice.weights},
                                    {DNNL_ARG_DIFF_BIAS, p.bias}});
    } else {
      weights_.conv =
          Call(choice,
               {{DNNL_ARG_SRC, p.src}, {DNNL_ARG_DIFF_DST, p.dst}, {DNNL_ARG_DIFF_WEIGHTS, choice.weights}});
    }
    place(weights_, choice, p.weights, false, backward_pieces_);
  }

  /// Prepares the reorder, to or from lehr's layout, and finds room for what a pass needs.
  static void place(Pass& pass, const Choice& choice, const Desc& ours, bool to_theirs,
                    onednn::Pieces& pieces) {
    std::size_t scratchpad = pass.conv.scratchpad_bytes();
    if (choice.weights != ours) {
      const Desc& from = to_theirs ? ours : choice.weights;
      const Desc& to = to_theirs ? choice.weights : ours;
      pass.reorder = Call(onednn::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
      pass.weights = pieces.take(choice.weights.get_size());
      scratchpad = std::max(scratchpad, pass.reorder.scratchpad_bytes());
    }
    pass.scratchpad = pieces.take(scratchpad);
  }

  /// The weights as the pass wants them.
  static const void* ordered_weights(Pass& pass, const KernelArgs& args) {
    if (!pass.reorder) return args.parameters[0];
    void* ordered = at(args, pass.weights);
    pass.reorder.run({args.parameters[0], ordered, at(args, pass.scratchpad)});
    return ordered;
  }

  void run_forward(const KernelArgs& args) {
    const void* ordered = ordered_weights(forward_, args);
    void* scratchpad = at(args, forward_.scratchpad);
    if (conv_.bias) {
      forward_.conv.run({args.inputs[0], ordered, args.parameters[1], args.output, scratchpad});
    } else {
      forward_.conv.run({args.inputs[0], ordered, args.output, scratchpad});
    }
  }

  void run_data(const KernelArgs& args, const void* delta) {
    const void* ordered = ordered_weights(data_, args);
    data_.conv.run({delta, ordered, args.input_grads[0], at(args, data_.scratchpad)});
  }

  void run_weights(const KernelArgs& args, const void* delta) {
    void* scratchpad = at(args, weights_.scratchpad);
    void* gradient = weights_.reorder ? at(args, weights_.weights) : args.parameter_grads[0];
    if (conv_.bias) {
      weights_.conv.run({args.inputs[0], delta, gradient, args.parameter_grads[1], scratchpad});
    } else {
      weights_.conv.run({args.inputs[0], delta, gradient, scratchpad});
    }
    if (weights_.reorder) weights_.reorder.run({gradient, args.parameter_grads[0], scratchpad});
  }

  std::string name_;
  FusedActivation activation_;
  ConvSpec conv_;
  std::string implementation_;
  Pass forward_, data_, weights_;
  onednn::Pieces backward_pieces_;
  std::size_t delta_ = 0;  ///< offset in the workspace of the gradient before the activation
  std::size_t workspace_ = 0;
};

}  // namespace

std::unique_ptr<Kernel> make_onednn_conv(const KernelSpec& spec) {
  return std::make_unique<OnednnConv>(spec);
}

}  // namespace lehr::cpu
