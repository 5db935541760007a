#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/kernel.hpp"
#include "lehr/core/attributes.hpp"
#include "lehr/core/shape.hpp"
#include "lehr/core/tensor_spec.hpp"

namespace lehr {

/// A tensor of f32 in host memory, as passed to a CustomKernel. T is float or const float. `values`
/// is empty if the kernel does not get this tensor (see CustomKernel), or if this gradient is not
/// needed.
///
/// `values` are in memory order. The order is the same for all tensors of one shape, so
/// element-wise code can loop over it. Activations (N, C, H, W) are stored channels-last; at() and
/// index() do not depend on that.
template <class T>
struct CustomTensor {
  std::span<T> values{};
  Shape shape{};  ///< (N, C, H, W), in PyTorch's order
  Strides strides{};

  explicit operator bool() const { return !values.empty(); }
  T& operator[](std::int64_t element) const { return values[static_cast<std::size_t>(element)]; }
  /// Element access by position: at(n, c, h, w).
  T& at(std::int64_t i, std::int64_t j = 0, std::int64_t k = 0, std::int64_t l = 0) const {
    return (*this)[i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]];
  }
  /// The position of an element along an axis, from its index in memory order: index(element, 1) is
  /// its channel.
  std::int64_t index(std::int64_t element, int axis) const {
    return element / strides[static_cast<std::size_t>(axis)] % shape[axis];
  }
  std::int64_t size() const { return static_cast<std::int64_t>(values.size()); }
};

/// An input of a kernel: real numbers, or class numbers.
struct CustomInput : CustomTensor<const float> {
  std::span<const std::int64_t> integers{};  ///< the values of an i64 input; its `values` is empty
};

/// The tensors of one forward pass. The spans are valid during the call.
struct CustomForward {
  std::span<const CustomInput> inputs;
  /// In training, the kernel may write those that are states.
  std::span<const CustomTensor<float>> parameters;
  CustomTensor<float> output;                  ///< to write
  std::span<const CustomTensor<float>> saved;  ///< to write, for backward
  bool training = false;
  // Random numbers may depend only on these two values and on the kernel's own settings.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;  ///< the number of the training batch
};

/// The tensors of one backward pass. Write gradients, do not add to them. A gradient without values
/// is not needed.
struct CustomBackward {
  std::span<const CustomInput> inputs;  ///< has values if backward_reads().inputs
  std::span<const CustomTensor<const float>> parameters;
  CustomTensor<const float> output;  ///< has values if backward_reads().output
  std::span<const CustomTensor<const float>> saved;
  CustomTensor<const float> output_grad;
  std::span<const CustomTensor<float>> input_grads;
  std::span<const CustomTensor<float>> parameter_grads;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

/// The computation of an operation, as plain code over floats in host memory. The cpu and the
/// reference backend run the same code. A kernel has no state, because several plans may use it in
/// different threads. It may use parallel_for, and its result must be bit-identical for any number
/// of threads.
class CustomKernel {
 public:
  virtual ~CustomKernel() = default;
  /// The tensors of the forward pass that backward reads. The others need not stay in memory.
  virtual BackwardReads backward_reads() const { return {.inputs = true}; }
  /// Shapes of the tensors that forward writes for backward, such as a mask.
  virtual std::vector<Shape> saved(std::span<const TensorSpec> inputs) const;
  virtual void forward(const CustomForward& pass) const = 0;
  /// Writes the gradients that are needed. The default throws Error: the operation can then only be
  /// used for prediction.
  virtual void backward(const CustomBackward& pass) const;
};

/// Registers a kernel that every host backend uses for this type of operation. Most programs call
/// register_op (lehr/engine/custom_op.hpp) instead, which also registers the description of the
/// operation. Throws BadInput if the type is taken. May be called from any thread.
void register_custom_kernel(const std::string& type,
                            std::function<std::shared_ptr<const CustomKernel>(const Attributes&)> make);

}  // namespace lehr
