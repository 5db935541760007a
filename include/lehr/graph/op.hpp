#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/attributes.hpp"
#include "lehr/core/tensor_spec.hpp"

namespace lehr {

/// The role of a parameter in its operation. It decides initialisation, weight decay and whether
/// training changes the parameter.
enum class ParameterRole {
  weight,        ///< of a convolution or linear layer, (O, I, ...)
  bias,          ///< (O)
  norm_scale,    ///< gamma of a normalisation, starts at 1
  norm_shift,    ///< beta of a normalisation, starts at 0
  running_mean,  ///< state, not trained; starts at 0
  running_var,   ///< state, not trained; starts at 1
  other,         ///< trained, without weight decay; starts at 0
};

/// True for state that training updates without a gradient.
constexpr bool is_state(ParameterRole role) {
  return role == ParameterRole::running_mean || role == ParameterRole::running_var;
}

/// One parameter of an operation: PyTorch's leaf name ("weight", "running_mean"), role and shape.
struct ParameterSpec {
  std::string name;
  ParameterRole role = ParameterRole::weight;
  Shape shape;
  std::optional<double> start{};  ///< initial value of all elements; replaces the role's default
  friend bool operator==(const ParameterSpec&, const ParameterSpec&) = default;
};

/// The window of an operation around each position, for the receptive field.
struct Window {
  std::int64_t kernel_h = 1;
  std::int64_t kernel_w = 1;
  std::int64_t stride_h = 1;
  std::int64_t stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t dilation_w = 1;
  friend bool operator==(const Window&, const Window&) = default;
};

/// One kind of operation with its settings, as data. It gives the output for given inputs and the
/// cost of computing it. It runs nothing: the kernels are in the backends. A program adds its own
/// operations with CustomOp (docs/extending.md). docs/adding-an-op.md says how to add one to lehr
/// itself.
class Op {
 public:
  virtual ~Op() = default;

  /// The name in backends and in saved models: "conv2d".
  virtual std::string_view type() const = 0;
  /// The settings. Operations with equal types and attributes are the same operation.
  virtual Attributes attributes() const { return {}; }
  /// Returns the output spec. Throws BadInput that says what the operation expected and what it
  /// found.
  virtual TensorSpec infer(std::span<const TensorSpec> inputs) const = 0;
  /// Whether this is an activation function. layers_of then adds it to the layer before it.
  virtual bool is_activation() const { return false; }
  /// In PyTorch's order. Called only with inputs that infer accepts.
  virtual std::vector<ParameterSpec> parameters(std::span<const TensorSpec> inputs) const;
  /// Multiply-adds of one forward pass. 0 for operations without multiply-adds.
  virtual std::int64_t multiply_adds(std::span<const TensorSpec> inputs) const;
  /// Floating-point operations of one forward pass: two per multiply-add. For operations without
  /// multiply-adds, one per element of the first input or of the output, whichever is larger.
  virtual std::int64_t flops(std::span<const TensorSpec> inputs) const;
  /// The window, if the operation has windows of several positions. Empty for operations on single
  /// positions. Called only with inputs that infer accepts.
  virtual std::optional<Window> window(std::span<const TensorSpec> inputs) const;
};

}  // namespace lehr
