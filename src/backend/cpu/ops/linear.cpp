#include <algorithm>
#include <cstddef>

#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_elementwise.hpp"
#include "backend/cpu/ops.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

using onednn::Call;
using onednn::Choice;
using onednn::Desc;

Desc matrix(std::int64_t rows, std::int64_t columns) {
  return onednn::strided({rows, columns}, {columns, 1});
}
/// The transpose of a (rows, columns) matrix in memory.
Desc transposed(std::int64_t rows, std::int64_t columns) {
  return onednn::strided({columns, rows}, {1, columns});
}

/// sums[column] = sum over rows. Each thread owns columns, so that the order of adding is always the same.
void sum_rows(const float* values, std::int64_t rows, std::int64_t columns, float* sums) {
  const std::int64_t grain = std::max<std::int64_t>(16, (1 << 15) / std::max<std::int64_t>(1, rows));
  parallel_for(columns, grain, [&](std::int64_t begin, std::int64_t end, int) {
    std::fill(sums + begin, sums + end, 0.0F);
    for (std::int64_t row = 0; row < rows; ++row) {
      const float* from = values + row * columns;
      for (std::int64_t column = begin; column < end; ++column) sums[column] += from[column];
    }
  });
}

/// (N, I) -> (N, O), the weight (I, O) in memory: three matrix products.
class Linear final : public Kernel {
 public:
  explicit Linear(const KernelSpec& spec)
      : name_(spec.name),
        activation_(spec.activation),
        batch_(spec.inputs.at(0).shape[0]),
        in_(spec.inputs.at(0).shape[1]),
        out_(spec.output.shape[1]),
        bias_(spec.attributes.flag("bias")) {
    onednn::translating_errors(name_, "preparing a linear layer", [&] { prepare(spec); });
  }

  std::string implementation() const override { return implementation_; }
  BackwardReads backward_reads() const override {
    return {.inputs = static_cast<bool>(weights_), .output = fused()};
  }
  std::size_t workspace() const override { return workspace_; }

  void forward(const KernelArgs& args) override {
    onednn::translating_errors(name_, "a linear layer", [&] {
      if (bias_) {
        forward_.run({args.inputs[0], args.parameters[0], args.parameters[1], args.output, args.workspace});
      } else {
        forward_.run({args.inputs[0], args.parameters[0], args.output, args.workspace});
      }
    });
    if (!onednn::applies(activation_)) {
      activate_in_place(static_cast<float*>(args.output), batch_ * out_, activation_);
    }
  }

  void backward(const KernelArgs& args) override {
    const auto* delta = static_cast<const float*>(args.output_grad);
    void* scratchpad = static_cast<std::byte*>(args.workspace) + scratchpad_;
    if (fused()) {
      auto* own = static_cast<float*>(args.workspace);
      activation_gradient(static_cast<const float*>(args.output), delta, own, batch_ * out_, activation_);
      delta = own;
    }
    onednn::translating_errors(name_, "a linear layer's backward pass", [&] {
      if (data_ && args.input_grads[0] != nullptr) {
        data_.run({delta, args.parameters[0], args.input_grads[0], scratchpad});
      }
      if (weights_) weights_.run({args.inputs[0], delta, args.parameter_grads[0], scratchpad});
    });
    if (weights_ && bias_) sum_rows(delta, batch_, out_, static_cast<float*>(args.parameter_grads[1]));
  }

 private:
  bool fused() const { return activation_.kind != FusedActivation::Kind::none; }

  /// Measured: from here on, and for few rows far earlier, packing the weight costs more than it gains.
  bool packing_hurts() const { return in_ * out_ >= (batch_ <= 16 ? 1 << 17 : 1 << 23); }

  void prepare(const KernelSpec& spec) {
    const onednn::Threads scope(onednn::useful_threads(batch_ * in_ * out_));
    prepare_forward();
    if (!spec.training) return;
    onednn::Pieces pieces;
    if (fused()) pieces.take(sizeof(float) * static_cast<std::size_t>(batch_ * out_));
    const bool data = !spec.input_grads.empty() && spec.input_grads[0];
    if (data) {
      data_ = product("data", matrix(batch_, out_), transposed(in_, out_), matrix(batch_, in_), batch_ == 1);
    }
    if (spec.parameter_grads) {
      weights_ = product("weights", transposed(batch_, in_), matrix(batch_, out_), matrix(in_, out_), false);
    }
    scratchpad_ = pieces.take(std::max(data_.scratchpad_bytes(), weights_.scratchpad_bytes()));
    workspace_ = std::max(workspace_, pieces.total());
  }

  void prepare_forward() {
    const Desc src = matrix(batch_, in_);
    const Desc weights = matrix(in_, out_);
    const Desc bias = bias_ ? matrix(1, out_) : Desc();
    const Desc dst = matrix(batch_, out_);
    const Choice choice = onednn::matmul({src, weights, bias, dst, packing_hurts()}, activation_);
    implementation_ = "onednn:" + choice.implementation;
    if (bias_) {
      forward_ = Call(
          choice,
          {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, dst}});
    } else {
      forward_ = Call(choice, {{DNNL_ARG_SRC, src}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, dst}});
    }
    workspace_ = forward_.scratchpad_bytes();
  }

  Call product(const char* what, const Desc& left, const Desc& right, const Desc& result, bool plain) {
    const Choice choice = onednn::matmul({left, right, Desc(), result, plain}, FusedActivation{});
    implementation_ += std::string(",") + what + ":" + choice.implementation;
    return Call(choice, {{DNNL_ARG_SRC, left}, {DNNL_ARG_WEIGHTS, right}, {DNNL_ARG_DST, result}});
  }

  std::string name_;
  FusedActivation activation_;
  std::int64_t batch_, in_, out_;
  bool bias_;
  std::string implementation_;
  Call forward_, data_, weights_;
  std::size_t scratchpad_ = 0;  ///< offset in the workspace of the backward pass
  std::size_t workspace_ = 0;
};

}  // namespace

void register_linear(KernelRegistry& registry) {
  registry.add_kernel(
      "linear", [](const KernelSpec& spec) { return std::make_unique<Linear>(spec); },
      [](FusedActivation::Kind) { return true; });
}

}  // namespace lehr::cpu
