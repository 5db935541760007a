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

/// A tensor of f32 in host memory, as a CustomKernel gets it. T is float or const float. No values: the
/// kernel does not get this tensor (see CustomKernel), or nobody wants this gradient.
///
/// `values` are in memory order, which is the same for all tensors of one shape, so that element-wise code
/// can loop over it. Activations (N, C, H, W) lie channels-last; at() and index() do not depend on that.
template <class T>
struct CustomTensor {
  std::span<T> values{};
  Shape shape{};  ///< (N, C, H, W), in PyTorch's order
  Strides strides{};

  explicit operator bool() const { return !values.empty(); }
  T& operator[](std::int64_t element) const { return values[static_cast<std::size_t>(element)]; }
  /// By position: at(n, c, h, w).
  T& at(std::int64_t i, std::int64_t j = 0, std::int64_t k = 0, std::int64_t l = 0) const {
    return (*this)[i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]];
  }
  /// The position along an axis of an element in memory order: index(element, 1) is its channel.
  std::int64_t index(std::int64_t element, int axis) const {
    return element / strides[static_cast<std::size_t>(axis)] % shape[axis];
  }
  std::int64_t size() const { return static_cast<std::int64_t>(values.size()); }
};

/// An input of a kernel: real numbers, or class numbers.
struct CustomInput : CustomTensor<const float> {
  std::span<const std::int64_t> integers{};  ///< of an i64 input, whose `values` are empty
};

/// The tensors of one forward pass. Its spans live as long as the call.
struct CustomForward {
  std::span<const CustomInput> inputs;
  std::span<const CustomTensor<float>> parameters;  ///< a training may write those that are states
  CustomTensor<float> output;                       ///< to be written
  std::span<const CustomTensor<float>> saved;       ///< to be written, for backward
  bool training = false;
  // Randomness must be a function of these two and of what the kernel knows.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;  ///< numbers the training batches
};

/// The tensors of one backward pass. Gradients are written, not added to; one without values is not wanted.
struct CustomBackward {
  std::span<const CustomInput> inputs;  ///< with values if backward_reads().inputs
  std::span<const CustomTensor<const float>> parameters;
  CustomTensor<const float> output;  ///< with values if backward_reads().output
  std::span<const CustomTensor<const float>> saved;
  CustomTensor<const float> output_grad;
  std::span<const CustomTensor<float>> input_grads;
  std::span<const CustomTensor<float>> parameter_grads;
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

/// How an operation is computed, in plain code over floats in host memory. The cpu and the reference backend
/// run the same code. It holds no state, since several plans may use it in different threads; it may use
/// parallel_for, and must give the same bits for any number of threads.
class CustomKernel {
 public:
  virtual ~CustomKernel() = default;
  /// Which tensors of the forward pass backward gets. Those that it does not get need not stay in memory.
  virtual BackwardReads backward_reads() const { return {.inputs = true}; }
  /// Shapes of the tensors that forward writes for backward, such as a mask.
  virtual std::vector<Shape> saved(std::span<const TensorSpec> inputs) const;
  virtual void forward(const CustomForward& pass) const = 0;
  /// Writes the gradients that are wanted. By default throws Error: the operation serves predictions only.
  virtual void backward(const CustomBackward& pass) const;
};

/// Adds a kernel that every host backend uses for this type of operation. Most programs call register_op
/// (lehr/engine/custom_op.hpp), which adds the description of the operation too. Throws BadInput if the type
/// is taken. May be called from any thread.
void register_custom_kernel(const std::string& type,
                            std::function<std::shared_ptr<const CustomKernel>(const Attributes&)> make);

}  // namespace lehr
