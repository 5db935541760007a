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

/// What a parameter is in its operation. It decides initialisation, weight decay and whether training changes
/// the parameter.
enum class ParameterRole {
  weight,        ///< of a convolution or linear layer, (O, I, ...)
  bias,          ///< (O)
  norm_scale,    ///< gamma of a normalisation, starts at 1
  norm_shift,    ///< beta of a normalisation, starts at 0
  running_mean,  ///< state, not trained; starts at 0
  running_var,   ///< state, not trained; starts at 1
  other,         ///< trained, without weight decay; starts at 0
};

/// True for state that training updates but no gradient reaches.
constexpr bool is_state(ParameterRole role) {
  return role == ParameterRole::running_mean || role == ParameterRole::running_var;
}

/// One parameter of an operation: PyTorch's leaf name ("weight", "running_mean"), role and shape.
struct ParameterSpec {
  std::string name;
  ParameterRole role = ParameterRole::weight;
  Shape shape;
  std::optional<double> start{};  ///< the first value of all elements, in place of the role's own
  friend bool operator==(const ParameterSpec&, const ParameterSpec&) = default;
};

/// How far an operation looks around each position, for the receptive field.
struct Window {
  std::int64_t kernel_h = 1;
  std::int64_t kernel_w = 1;
  std::int64_t stride_h = 1;
  std::int64_t stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t dilation_w = 1;
  friend bool operator==(const Window&, const Window&) = default;
};

/// One kind of operation with its settings, as data: it says which output given inputs have and what that
/// costs. It runs nothing: kernels are in the backends. A program adds its own operations with CustomOp
/// (docs/extending.md); docs/adding-an-op.md says how lehr itself gets one.
class Op {
 public:
  virtual ~Op() = default;

  /// Name shared with the backends and with saved models: "conv2d".
  virtual std::string_view type() const = 0;
  /// The settings. The same type with the same attributes is the same operation.
  virtual Attributes attributes() const { return {}; }
  /// The output. Throws BadInput that says what the operation expected and what it found.
  virtual TensorSpec infer(std::span<const TensorSpec> inputs) const = 0;
  /// Whether it is an activation function: layers_of then counts it to the layer before it.
  virtual bool is_activation() const { return false; }
  /// In PyTorch's order. Called only with inputs that infer accepts.
  virtual std::vector<ParameterSpec> parameters(std::span<const TensorSpec> inputs) const;
  /// Multiply-adds of one forward pass; 0 for operations that are not made of them.
  virtual std::int64_t multiply_adds(std::span<const TensorSpec> inputs) const;
  /// Floating-point operations of one forward pass: two for a multiply-add; for operations not made of them,
  /// one an element of the larger of first input and output.
  virtual std::int64_t flops(std::span<const TensorSpec> inputs) const;
  /// Set if the operation works on windows of positions; nothing for operations on single positions.
  /// Called only with inputs that infer accepts.
  virtual std::optional<Window> window(std::span<const TensorSpec> inputs) const;
};

}  // namespace lehr
