#pragma once

#include <cstdint>
#include <vector>

#include "lehr/graph/op.hpp"

/// The operations of a graph. Each struct is one operation of PyTorch with the same meaning and defaults.
namespace lehr::ops {

/// Height and width of a window, a stride or a padding.
struct Size2 {
  std::int64_t h = 1;
  std::int64_t w = 1;
  friend bool operator==(const Size2&, const Size2&) = default;
};

/// (N, C, H, W) -> (N, out_channels, H', W'); weight (out_channels, C/groups, kernel.h, kernel.w), bias
/// (out_channels). Source: torch.nn.Conv2d.
struct Conv2d final : Op {
  struct Spec {
    std::int64_t out_channels = 1;
    Size2 kernel{3, 3};
    Size2 stride{1, 1};
    Size2 padding{0, 0};
    Size2 dilation{1, 1};
    std::int64_t groups = 1;
    bool bias = true;
  } spec;
  explicit Conv2d(Spec s) : spec(s) {}
  std::string_view type() const override { return "conv2d"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const TensorSpec> inputs) const override;
  std::int64_t multiply_adds(std::span<const TensorSpec> inputs) const override;
  std::optional<Window> window(std::span<const TensorSpec> inputs) const override;
};

/// (N, I) -> (N, out_features); weight (out_features, I), bias (out_features). Source: torch.nn.Linear.
struct Linear final : Op {
  struct Spec {
    std::int64_t out_features = 1;
    bool bias = true;
  } spec;
  explicit Linear(Spec s) : spec(s) {}
  std::string_view type() const override { return "linear"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const TensorSpec> inputs) const override;
  std::int64_t multiply_adds(std::span<const TensorSpec> inputs) const override;
};

/// Normalises each channel of (N, C, H, W) over the batch: biased variance in training, running statistics
/// (unbiased variance) in evaluation. Source: Ioffe and Szegedy 2015; torch.nn.BatchNorm2d.
struct BatchNorm final : Op {
  struct Spec {
    double eps = 1e-5;
    double momentum = 0.1;
    bool zero_init = false;  ///< gamma starts at 0, for the last norm of a residual block
  } spec;
  BatchNorm() = default;
  explicit BatchNorm(Spec s) : spec(s) {}
  std::string_view type() const override { return "batch_norm"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const TensorSpec> inputs) const override;
};

/// Elementwise functions, any shape. Types: "relu" max(0, x); "leaky_relu" x < 0 ? leak x : x; "general_relu"
/// (fastai) min(leaky_relu(x) - subtract, clamp); "sigmoid"; "tanh"; "silu" x sigmoid(x); "gelu" x Phi(x),
/// exact.
struct Activation final : Op {
  enum class Kind { relu, leaky_relu, general_relu, sigmoid, tanh, silu, gelu };
  struct Spec {
    Kind kind = Kind::relu;
    double leak = 0.01;   ///< slope below zero, leaky_relu and general_relu
    double subtract = 0;  ///< general_relu
    double clamp = 1e30;  ///< general_relu: upper bound after the subtraction; 1e30 means none
  } spec;
  Activation() = default;
  explicit Activation(Spec s) : spec(s) {}
  std::string_view type() const override { return "activation"; }
  bool is_activation() const override { return true; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
};

/// Converts an activation to its name in attributes and on the command line ("leaky_relu"), and
/// back. The latter throws BadInput with the nearest valid name.
std::string_view name_of(Activation::Kind kind);
Activation::Kind activation_kind(std::string_view name);

/// Pooling over windows of (N, C, H, W). Sources: torch.nn.MaxPool2d, AvgPool2d, AdaptiveAvgPool2d.
struct MaxPool2d final : Op {
  struct Spec {
    Size2 kernel{2, 2};
    Size2 stride{2, 2};
    Size2 padding{0, 0};
  } spec;
  explicit MaxPool2d(Spec s) : spec(s) {}
  std::string_view type() const override { return "max_pool2d"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::optional<Window> window(std::span<const TensorSpec> inputs) const override;
};

struct AvgPool2d final : Op {
  struct Spec {
    Size2 kernel{2, 2};
    Size2 stride{2, 2};
    Size2 padding{0, 0};
    bool count_include_pad = true;
  } spec;
  explicit AvgPool2d(Spec s) : spec(s) {}
  std::string_view type() const override { return "avg_pool2d"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::optional<Window> window(std::span<const TensorSpec> inputs) const override;
};

/// (N, C, H, W) -> (N, C, output.h, output.w). Cell i covers floor(i H / h) to ceil((i + 1) H / h).
struct AdaptiveAvgPool2d final : Op {
  struct Spec {
    Size2 output{1, 1};
  } spec;
  AdaptiveAvgPool2d() = default;
  explicit AdaptiveAvgPool2d(Spec s) : spec(s) {}
  std::string_view type() const override { return "adaptive_avg_pool2d"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  /// The largest cell. If the output does not divide the input, the stride is rounded up.
  std::optional<Window> window(std::span<const TensorSpec> inputs) const override;
};

/// (N, C, H, W) -> (N, C H W) in PyTorch's order: channel outermost, column innermost.
struct Flatten final : Op {
  std::string_view type() const override { return "flatten"; }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::int64_t flops(std::span<const TensorSpec>) const override { return 0; }
  /// The whole image: the result is a single position that contains every feature.
  std::optional<Window> window(std::span<const TensorSpec> inputs) const override;
};

/// Sum of two or more tensors of one shape.
struct Add final : Op {
  std::string_view type() const override { return "add"; }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
};

/// Joins (N, C_i, H, W) along the channels.
struct Concat final : Op {
  std::string_view type() const override { return "concat"; }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
  std::int64_t flops(std::span<const TensorSpec>) const override { return 0; }
};

/// In training, sets elements to zero with probability p and scales the rest by 1/(1-p). In
/// evaluation, the identity.
struct Dropout final : Op {
  struct Spec {
    double p = 0.5;
  } spec;
  Dropout() = default;
  explicit Dropout(Spec s) : spec(s) {}
  std::string_view type() const override { return "dropout"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
};

/// Logits (N, C) and targets -> mean loss (1): (1 - eps) NLL + eps/C sum(-log p), weighted by
/// class. Targets are class numbers (N) of i64 or probabilities (N, C) of f32. The sum is divided
/// by the class weights of the targets; for probabilities, each class weight counts by its share.
/// torch divides by N in that case. Source: torch.nn.CrossEntropyLoss.
struct CrossEntropy final : Op {
  struct Spec {
    double label_smoothing = 0;
    std::vector<double> class_weights{};  ///< C values, or empty for equal weights
  } spec;
  CrossEntropy() = default;
  explicit CrossEntropy(Spec s) : spec(std::move(s)) {}
  std::string_view type() const override { return "cross_entropy"; }
  Attributes attributes() const override;
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
};

/// Two tensors of one shape -> mean of squared differences (1). Source: torch.nn.MSELoss.
struct MeanSquaredError final : Op {
  std::string_view type() const override { return "mse"; }
  TensorSpec infer(std::span<const TensorSpec> inputs) const override;
};

}  // namespace lehr::ops
