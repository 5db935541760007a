#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "backend/cpu/conv_kernels.hpp"
#include "backend/cpu/onednn.hpp"
#include "backend/cpu/onednn_elementwise.hpp"
#include "backend/cpu/onednn_product.hpp"
#include "backend/cpu/ops.hpp"
#include "backend/cpu/support.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu {
namespace {

using onednn::Product;
using onednn::WorkspaceOffsets;

/// sums[column] = sum over rows. Each thread has its own columns, so the order of additions is
/// fixed. A few rows at a time are added in float, and their sums in double.
void sum_rows(const float* values, std::int64_t rows, std::int64_t columns, float* sums) {
  constexpr std::int64_t block = 32;
  constexpr std::int64_t tile = 64;
  const std::int64_t grain = std::max<std::int64_t>(16, (1 << 15) / std::max<std::int64_t>(1, rows));
  const auto sum_tile = [&](std::int64_t first, std::int64_t count) {
    std::array<double, tile> totals{};
    for (std::int64_t begin = 0; begin < rows; begin += block) {
      std::array<float, tile> part{};
      for (std::int64_t row = begin; row < std::min(rows, begin + block); ++row) {
        const float* from = values + row * columns + first;
        for (std::int64_t i = 0; i < count; ++i) part[static_cast<std::size_t>(i)] += from[i];
      }
      for (std::size_t i = 0; i < tile; ++i) totals[i] += static_cast<double>(part[i]);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      sums[first + i] = static_cast<float>(totals[static_cast<std::size_t>(i)]);
    }
  };
  parallel_for(columns, grain, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t first = begin; first < end; first += tile) sum_tile(first, std::min(tile, end - first));
  });
}

/// (N, I) -> (N, O) with the weight stored as (I, O): three matrix products.
class Linear final : public HostKernel {
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
    const float* const bias = bias_ ? floats(args.parameters[1]) : nullptr;
    onednn::translating_errors(name_, "a linear layer", [&] {
      forward_.run(floats(args.inputs[0]), floats(args.parameters[0]), bias, floats(args.output),
                   bytes(args));
    });
    if (!onednn::applies(activation_)) activate_in_place(floats(args.output), batch_ * out_, activation_);
  }

  void backward(const KernelArgs& args) override {
    const float* delta = floats(args.output_grad);
    if (fused()) {
      auto* own = static_cast<float*>(args.workspace);
      activation_gradient(floats(args.output), delta, own, batch_ * out_, activation_);
      delta = own;
    }
    onednn::translating_errors(name_, "a linear layer's backward pass", [&] {
      if (data_ && args.input_grads[0] != nullptr) {
        data_.run(delta, floats(args.parameters[0]), nullptr, floats(args.input_grads[0]), bytes(args));
      }
      if (weights_) {
        weights_.run(floats(args.inputs[0]), delta, nullptr, floats(args.parameter_grads[0]), bytes(args));
      }
    });
    if (weights_ && bias_) sum_rows(delta, batch_, out_, static_cast<float*>(args.parameter_grads[1]));
  }

 private:
  static std::byte* bytes(const KernelArgs& args) { return static_cast<std::byte*>(args.workspace); }
  bool fused() const { return activation_.kind != FusedActivation::Kind::none; }

  /// Measured: for weights of at least this size (much less for few rows), packing the weight costs
  /// more than it saves.
  bool packing_hurts() const { return in_ * out_ >= (batch_ <= 16 ? 1 << 17 : 1 << 23); }

  void prepare(const KernelSpec& spec) {
    WorkspaceOffsets forward_offsets;
    forward_ = Product({.rows = batch_,
                        .inner = in_,
                        .columns = out_,
                        .left = {in_, 1},
                        .right = {out_, 1},
                        .bias = bias_,
                        .activation = activation_,
                        .plain = packing_hurts()},
                       forward_offsets);
    implementation_ = "onednn:" + forward_.implementation();
    workspace_ = forward_offsets.total();
    if (!spec.training) return;
    WorkspaceOffsets offsets;
    if (fused()) offsets.take(sizeof(float) * static_cast<std::size_t>(batch_ * out_));
    // The two products do not run at the same time, so they share memory.
    WorkspaceOffsets data_offsets = offsets;
    WorkspaceOffsets weights_offsets = offsets;
    if (!spec.input_grads.empty() && spec.input_grads[0]) prepare_data(data_offsets);
    if (spec.parameter_grads) prepare_weights(weights_offsets);
    workspace_ = std::max({workspace_, data_offsets.total(), weights_offsets.total()});
  }

  /// The product of delta and the transposed weight.
  void prepare_data(WorkspaceOffsets& offsets) {
    data_ = Product({.rows = batch_,
                     .inner = out_,
                     .columns = in_,
                     .left = {out_, 1},
                     .right = {1, out_},
                     .plain = batch_ == 1},
                    offsets);
    implementation_ += ",data:" + data_.implementation();
  }

  /// The product of the transposed input and delta.
  void prepare_weights(WorkspaceOffsets& offsets) {
    weights_ = Product({.rows = in_, .inner = batch_, .columns = out_, .left = {1, in_}, .right = {out_, 1}},
                       offsets);
    implementation_ += ",weights:" + weights_.implementation();
  }

  std::string name_;
  FusedActivation activation_;
  std::int64_t batch_, in_, out_;
  bool bias_;
  std::string implementation_;
  Product forward_, data_, weights_;
  std::size_t workspace_ = 0;
};

/// The layer as a convolution of pictures with one position.
KernelSpec as_convolution(KernelSpec spec) {
  const std::vector<std::int64_t> one{1, 1};
  Attributes all;
  all.set("bias", spec.attributes.flag("bias"));
  all.set("groups", std::int64_t{1});
  for (const char* name : {"kernel", "stride", "dilation"}) all.set(name, one);
  all.set("padding", std::vector<std::int64_t>{0, 0});
  spec.attributes = std::move(all);
  const auto with_position = [](const Shape& shape) { return Shape{shape[0], shape[1], 1, 1}; };
  spec.inputs.at(0).shape = with_position(spec.inputs.at(0).shape);
  spec.output.shape = with_position(spec.output.shape);
  return spec;
}

/// oneDNN's product adds up the last rows of a batch in another order than the others. lehr's own convolution
/// adds up all rows alike, so that the scores of a picture do not depend on its batch. It is slow for large
/// weights.
bool predicts_rows_alike(const KernelSpec& spec) {
  constexpr std::int64_t most_weights = 4 << 20;
  return !spec.training && spec.inputs.at(0).shape[1] * spec.output.shape[1] <= most_weights;
}

}  // namespace

void register_linear(KernelRegistry& registry) {
  registry.add_kernel("linear",
                      [](const KernelSpec& spec) -> std::unique_ptr<HostKernel> {
                        if (predicts_rows_alike(spec)) return make_direct_conv(as_convolution(spec));
                        return std::make_unique<Linear>(spec);
                      },
                      {.fuses = fuses_all});
}

}  // namespace lehr::cpu
