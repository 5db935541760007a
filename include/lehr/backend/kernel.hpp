#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/probe.hpp"
#include "lehr/backend/tensor_ref.hpp"
#include "lehr/core/attributes.hpp"
#include "lehr/core/tensor_spec.hpp"

namespace lehr {

/// An elementwise function that a kernel applies to its output. The meanings are those of
/// ops::Activation.
struct FusedActivation {
  enum class Kind { none, relu, leaky_relu, general_relu, sigmoid, tanh };
  Kind kind = Kind::none;
  float leak = 0;
  float subtract = 0;
  float clamp = 1e30F;
};

/// The properties of one operation that are known before the first batch. A kernel is prepared from
/// it once.
struct KernelSpec {
  std::string type;       ///< the graph op's type: "conv2d"
  std::string name;       ///< the node's name, for messages
  Attributes attributes;  ///< the graph op's settings
  std::vector<TensorSpec> inputs;
  TensorSpec output;
  std::vector<TensorSpec> parameters;  ///< in the graph op's order, states included
  FusedActivation activation;          ///< applied to the output
  bool training = false;               ///< a backward pass follows, and layers such as dropout are active
  std::vector<bool> input_grads;       ///< inputs for which backward writes the gradient; training only
  bool parameter_grads = true;         ///< backward writes the gradients of the parameters; training only
};

/// The tensors of a kernel, in the order of its spec and in the backend's layouts.
struct KernelTensors {
  std::span<const ConstTensorRef> inputs{};
  TensorRef output{};
  std::span<const TensorRef> parameters{};
  /// Tensors that forward keeps for backward, as given by Kernel::saved().
  std::span<const TensorRef> saved{};
  /// Scratch memory of Kernel::workspace() bytes. Its contents are lost between calls.
  TensorRef workspace{};
  // Backward only.
  ConstTensorRef output_grad{};
  std::span<const TensorRef> input_grads{};      ///< empty if not needed; written, not added to
  std::span<const TensorRef> parameter_grads{};  ///< empty for states; written, not added to
};

/// The values that change from batch to batch.
struct KernelRun {
  // The probe of the output, or null if it has none. A kernel that writes the output piece by piece
  // may report each piece to the probe. Otherwise the plan measures the whole tensor.
  TensorProbe* output_probe = nullptr;
  std::span<TensorProbe* const> input_grad_probes{};  ///< empty if there are none
  // Random numbers depend only on these.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;

  /// Null if that gradient has no probe.
  TensorProbe* input_grad_probe(std::size_t input) const {
    return input < input_grad_probes.size() ? input_grad_probes[input] : nullptr;
  }
};

/// The tensors of the forward pass that the backward pass reads. The plan keeps no others.
struct BackwardReads {
  bool inputs = false;
  bool output = false;
};

/// One operation, prepared for fixed shapes. Running it allocates nothing. Kernels that compute in
/// host memory derive from HostKernel.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// The name of the implementation: "direct:avx3", "brgconv:avx512_core". It is shown to users,
  /// and a test uses it to check that no hot kernel is a reference kernel.
  virtual std::string implementation() const = 0;
  /// True if the output is the input with another shape. Nothing runs then, and gradients pass
  /// through.
  virtual bool is_alias() const { return false; }
  virtual BackwardReads backward_reads() const { return {}; }
  /// Tensors that forward writes for backward, such as a dropout mask or a batch's mean.
  virtual std::vector<TensorSpec> saved() const { return {}; }
  /// Scratch memory for the larger of the two passes, in bytes.
  virtual std::size_t workspace() const { return 0; }

  /// Sets the tensors of all runs until the next call. The kernel resolves them here, once.
  virtual void bind(const KernelTensors& tensors) = 0;
  /// Replaces the tensor of one input.
  virtual void bind_input(std::size_t index, const ConstTensorRef& input) = 0;
  virtual void run_forward(const KernelRun& run) = 0;
  /// Writes all gradients that the spec requests. Called only if spec.training.
  virtual void run_backward(const KernelRun& run) = 0;
};

}  // namespace lehr
