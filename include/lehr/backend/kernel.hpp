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

/// An elementwise function that a kernel applies to its output; meanings as in ops::Activation.
struct FusedActivation {
  enum class Kind { none, relu, leaky_relu, general_relu, sigmoid, tanh };
  Kind kind = Kind::none;
  float leak = 0;
  float subtract = 0;
  float clamp = 1e30F;
};

/// Everything about one operation that is known before a batch: a kernel is prepared from it once.
struct KernelSpec {
  std::string type;       ///< the graph op's type: "conv2d"
  std::string name;       ///< the node's name, for messages
  Attributes attributes;  ///< the graph op's settings
  std::vector<TensorSpec> inputs;
  TensorSpec output;
  std::vector<TensorSpec> parameters;  ///< in the graph op's order, states included
  FusedActivation activation;          ///< applied to the output
  bool training = false;               ///< a backward pass will follow, and layers such as dropout are active
  std::vector<bool> input_grads;       ///< backward writes the gradient of these inputs; training only
  bool parameter_grads = true;         ///< backward writes the gradients of the parameters; training only
};

/// The tensors of a kernel, in the order of its spec and in the backend's layouts.
struct KernelTensors {
  std::span<const ConstTensorRef> inputs{};
  TensorRef output{};
  std::span<const TensorRef> parameters{};
  std::span<const TensorRef> saved{};  ///< what forward keeps for backward, as Kernel::saved() asked
  TensorRef workspace{};  ///< scratch of Kernel::workspace() bytes; nothing in it lasts between calls
  // Backward only.
  ConstTensorRef output_grad{};
  std::span<const TensorRef> input_grads{};      ///< empty if not wanted; written, not added to
  std::span<const TensorRef> parameter_grads{};  ///< empty for states; written, not added to
};

/// What changes from batch to batch.
struct KernelRun {
  // A kernel that writes a tensor piece by piece reports to the tensor's probe, or leaves it to the plan.
  // Null if the tensor is not measured.
  TensorProbe* output_probe = nullptr;
  std::span<TensorProbe* const> input_grad_probes{};  ///< empty if none is measured
  // Random numbers are a function of these alone.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;

  /// Null if that gradient is not measured.
  TensorProbe* input_grad_probe(std::size_t input) const {
    return input < input_grad_probes.size() ? input_grad_probes[input] : nullptr;
  }
};

/// Which tensors of the forward pass a backward pass reads; the plan keeps no others.
struct BackwardReads {
  bool inputs = false;
  bool output = false;
};

/// One operation, prepared for fixed shapes. Running it allocates nothing. Kernels that compute in host
/// memory derive from HostKernel.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// What runs, for people and for the test that no hot kernel is a reference one: "direct:avx3",
  /// "brgconv:avx512_core".
  virtual std::string implementation() const = 0;
  /// True if output is the input itself under another shape: nothing runs, and gradients pass through.
  virtual bool is_alias() const { return false; }
  virtual BackwardReads backward_reads() const { return {}; }
  /// Tensors that forward writes for backward (a dropout mask, a batch's mean).
  virtual std::vector<TensorSpec> saved() const { return {}; }
  /// Bytes of scratch for the larger of the two passes.
  virtual std::size_t workspace() const { return 0; }

  /// The tensors of all runs to come, until the next call. A kernel resolves them here, once.
  virtual void bind(const KernelTensors& tensors) = 0;
  /// Another tensor for one input.
  virtual void bind_input(std::size_t index, const ConstTensorRef& input) = 0;
  virtual void run_forward(const KernelRun& run) = 0;
  /// Writes every gradient that the spec asked for. Called only if spec.training.
  virtual void run_backward(const KernelRun& run) = 0;
};

}  // namespace lehr
