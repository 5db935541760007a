#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/core/attributes.hpp"
#include "lehr/core/tensor_spec.hpp"
#include "lehr/core/tensor_stats.hpp"

namespace lehr {

/// An elementwise function fused behind a kernel; meanings as in ops::Activation.
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
  std::vector<bool> input_grads;       ///< backward is to write the gradient of these inputs; training only
  bool parameter_grads = true;  ///< backward is to write the gradients of the parameters; training only
};

/// Measures the tensors of one place in a network, batch after batch. The result is a function of the tensor
/// and the spec: for histograms exactly, for sums on one machine, whatever the number of threads.
class TensorProbe {
 public:
  virtual ~TensorProbe() = default;
  /// values: on the backend's device, written from now to end().
  virtual void begin(const float* values, std::int64_t count) = 0;
  /// Told by a kernel that these elements have their final values, so that they are measured while they are
  /// in the cache. Any order, each element once; several threads at a time, `thread` being parallel_for's.
  virtual void written(std::int64_t first, std::int64_t count, int thread) = 0;
  /// Measures what nobody told of. result: in host memory, overwritten.
  virtual void end(TensorStats& result) = 0;
  /// What written() has kept the kernel since begin(): the longest that a thread has been within it.
  virtual double seconds() const = 0;

  /// A tensor that is there.
  void measure(const float* values, std::int64_t count, TensorStats& result) {
    begin(values, count);
    end(result);
  }
};

/// Addresses for one execution. Order and sizes are those of the spec.
struct KernelArgs {
  std::span<const void* const> inputs;
  void* output = nullptr;
  std::span<void* const> parameters;
  std::span<void* const> saved;  ///< what forward keeps for backward, as Kernel::saved() asked
  void* workspace = nullptr;     ///< scratch of Kernel::workspace() bytes; nothing lasts between calls
  // Backward only.
  const void* output_grad = nullptr;
  std::span<void* const> input_grads;      ///< null where not wanted; written, not added to
  std::span<void* const> parameter_grads;  ///< null for states; written, not added to
  // A kernel that writes a tensor piece by piece tells the tensor's probe, or leaves it to the plan. Null
  // where nobody looks.
  TensorProbe* output_probe = nullptr;
  std::span<TensorProbe* const> input_grad_probes;  ///< empty where nobody looks
  // Randomness is a function of these alone.
  std::uint64_t seed = 0;
  std::uint64_t step = 0;

  /// Null where nobody looks at that gradient.
  TensorProbe* input_grad_probe(std::size_t input) const {
    return input < input_grad_probes.size() ? input_grad_probes[input] : nullptr;
  }
};

/// Which tensors of the forward pass a backward pass reads; the plan keeps no others.
struct BackwardReads {
  bool inputs = false;
  bool output = false;
};

/// One operation, prepared for fixed shapes. Executing it allocates nothing.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// What runs, for people and for the test that no hot kernel is a reference one: "direct:avx3",
  /// "brgconv:avx512_core".
  virtual std::string implementation() const = 0;
  /// True where output is the input itself under another shape: nothing runs, and gradients pass through.
  virtual bool is_alias() const { return false; }
  virtual BackwardReads backward_reads() const { return {}; }
  /// Tensors that forward writes for backward (a dropout mask, a batch's mean).
  virtual std::vector<TensorSpec> saved() const { return {}; }
  /// Bytes of scratch for the larger of the two passes.
  virtual std::size_t workspace() const { return 0; }
  virtual void forward(const KernelArgs& args) = 0;
  /// Writes every gradient that the spec asked for. Called only where spec.training.
  virtual void backward(const KernelArgs& args) = 0;
};

/// One optimizer rule over flat buffers: "sgd", "adam".
struct UpdateSpec {
  std::string type;
  Attributes attributes{};          ///< settings that stay the same for the whole training
  std::vector<UpdateSpec> inner{};  ///< the rule that this one wraps (lookahead) or leaves tensors to (muon)
};

/// One parameter within a range, for rules that work with its norm or its matrix. The matrix lies row-major:
/// a row an input (channel, kernel column and kernel row joined), a column an output, which is the transpose
/// of PyTorch's.
struct UpdateTensor {
  std::int64_t offset = 0;  ///< elements from the range's first
  std::int64_t rows = 1;
  std::int64_t columns = 0;
  int rank = 1;  ///< axes of the parameter itself: 4 for a convolution's weight, 1 for a bias

  std::int64_t count() const { return rows * columns; }
};

/// One run of an update over `count` elements of a parameter group. Elements between tensors are zeros, have
/// zero gradients and stay zero.
struct UpdateArgs {
  float* parameters = nullptr;
  const float* gradients = nullptr;
  std::span<float* const>
      states;  ///< Update::states() buffers of the same length, zero before the first step
  std::int64_t count = 0;
  std::int64_t step = 1;  ///< 1 at the first step
  float lr = 0;
  float momentum = 0;                       ///< beta1 of Adam
  float weight_decay = 0;                   ///< L2: times the value, added to the gradient
  float decoupled_decay = 0;                ///< the value first shrinks by lr times this
  float l1 = 0;                             ///< times the value's sign, added to the gradient
  std::span<const UpdateTensor> tensors{};  ///< where Update::by_tensor(); in order, none overlapping
};

class Update {
 public:
  virtual ~Update() = default;
  virtual int states() const = 0;
  /// Whether the rule treats each tensor as a whole, so that apply needs the list of them.
  virtual bool by_tensor() const { return false; }
  virtual void apply(const UpdateArgs& args) = 0;
};

/// The seam between the engine and what computes. Nothing above it assumes that a tensor's bytes are in host
/// memory but through copy_in and copy_out.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// Throws Error where the operation is not known; BadInput where these shapes cannot be computed.
  virtual std::unique_ptr<Kernel> kernel(const KernelSpec& spec) const = 0;
  /// True where kernel() accepts this activation behind that type of operation.
  virtual bool fuses(std::string_view type, FusedActivation::Kind activation) const = 0;
  virtual std::unique_ptr<Update> update(const UpdateSpec& spec) const = 0;
  virtual std::unique_ptr<TensorProbe> probe(const StatsSpec& spec) const = 0;

  /// Zero-filled, 64-byte aligned memory of the backend's device.
  virtual std::shared_ptr<void> allocate(std::size_t bytes) const = 0;
  /// These two copy nothing, and take null, where bytes is 0.
  virtual void copy_in(void* device, const void* host, std::size_t bytes) const = 0;
  virtual void copy_out(void* host, const void* device, std::size_t bytes) const = 0;

  // Arithmetic over count floats of the device: for gradients with several sources and for whole flat
  // buffers.
  /// to += from
  virtual void accumulate(float* to, const float* from, std::int64_t count) const = 0;
  /// to += factor from
  virtual void add_scaled(float* to, const float* from, float factor, std::int64_t count) const = 0;
  /// to += weight (from - to)
  virtual void lerp(float* to, const float* from, float weight, std::int64_t count) const = 0;
  virtual void scale(float* values, float factor, std::int64_t count) const = 0;
  /// What is not a number stays so.
  virtual void clamp(float* values, float low, float high, std::int64_t count) const = 0;
  virtual void copy(float* to, const float* from, std::int64_t count) const = 0;
  /// The same for any number of threads.
  virtual double sum_of_squares(const float* values, std::int64_t count) const = 0;
  virtual bool all_finite(const float* values, std::int64_t count) const = 0;
};

/// The processor: oneDNN and lehr's own SIMD kernels, chosen at run time.
const Backend& cpu_backend();
/// Plain loops in double: what the tests compare with.
const Backend& reference_backend();

}  // namespace lehr
