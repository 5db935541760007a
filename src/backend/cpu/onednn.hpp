#pragma once

// The only interface to oneDNN. It hides the differences between versions 2 and 3.
//
// Every primitive computes on the calling thread. A kernel with work for several threads divides it
// into slices, makes a primitive for each, and runs them on lehr's own threads (run_slices). oneDNN
// would otherwise use OpenMP. Its threads wait actively, which is slow on a busy machine, and they
// hang in a child after a fork.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

#include "lehr/backend/host_kernel.hpp"
#include "lehr/core/parallel.hpp"

namespace lehr::cpu::onednn {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;

/// A float tensor, with strides in elements. An empty Desc means that there is no tensor.
Desc strided(const Dims& dims, const Dims& strides);
/// A float tensor with a layout that oneDNN may choose.
Desc any_layout(const Dims& dims);

/// True if oneDNN applies the activation with exactly the results of activation-inl.hpp. Its ReLU
/// does not: it changes NaN to 0, which would hide that training diverged.
bool applies(const FusedActivation& activation);

/// A selected primitive that is not bound to memory yet. The caller provides the scratchpad.
struct Choice {
  dnnl::primitive primitive;
  std::string implementation;  ///< "brgconv:avx512_core"
  Desc weights;                ///< the layout that the primitive needs
  Desc scratchpad;
};

/// A convolution for oneDNN. The weights have lehr's layout; the primitive may need another one.
struct ConvProblem {
  Desc src, weights, bias, dst;
  Dims weights_dims;
  Dims stride, dilation;  ///< dilation 1 is the ordinary convolution, as in PyTorch
  Dims padding, padding_after;
  bool training = false;
};

/// dst = activation(src * weights + bias), all of rank 2.
struct MatmulProblem {
  Desc src, weights, bias, dst;
  /// Prefers oneDNN's plain kernel. Its first choice packs the weights at every call.
  bool plain = false;
};

/// These throw dnnl::error if oneDNN refuses. They prefer kernels that are not oneDNN's reference.
/// The wanted weight layout is tried first, but the result may have another one.
Choice conv_forward(const ConvProblem& problem, const FusedActivation& activation, const Desc* wanted);
Choice conv_backward_data(const ConvProblem& problem, const Desc* wanted);
Choice conv_backward_weights(const ConvProblem& problem, const Desc* wanted);
Choice matmul(const MatmulProblem& problem, const FusedActivation& activation);
Choice reorder(const Desc& from, const Desc& to);

/// A primitive with prepared arguments. run() only sets addresses and allocates nothing. It
/// computes only on the calling thread.
class Call {
 public:
  struct Argument {
    int id;  ///< DNNL_ARG_...
    Desc desc;
  };

  Call() = default;
  /// Arguments with an empty Desc are skipped. The scratchpad is appended to the arguments.
  Call(const Choice& choice, std::initializer_list<Argument> arguments);

  explicit operator bool() const { return !arguments_.empty(); }
  std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }
  /// Takes the addresses in the order of the constructor's arguments, then that of the scratchpad.
  /// For skipped arguments, any address will do. Throws dnnl::error.
  void run(std::initializer_list<const void*> addresses);

 private:
  dnnl::primitive primitive_;
  std::vector<std::size_t> given_;  ///< for each memory, its index in the constructor's arguments
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  std::size_t scratchpad_bytes_ = 0;
};

/// Keeps oneDNN on the calling thread during its lifetime. It sets OpenMP's thread count for the
/// calling thread and restores it later. Other threads are not affected.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// The number of slices for a kernel with this much work: one per thread, or a single one if waking
/// the other threads would take longer than the work.
int useful_slices(std::int64_t multiply_adds);

/// Calls body(i) for each i below count, on all threads.
template <class Body>
void run_slices(std::size_t count, const Body& body) {
  parallel_for(static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) body(static_cast<std::size_t>(i));
  });
}

[[noreturn]] void throw_translated(const std::string& node, const char* doing, const dnnl::error& error);

/// Calls body. Converts an error of oneDNN to an Error with the node's name and `doing`, the
/// operation that failed.
template <class Body>
void translating_errors(const std::string& node, const char* doing, const Body& body) {
  try {
    body();
  } catch (const dnnl::error& error) {
    throw_translated(node, doing, error);
  }
}

/// Offsets of consecutive, aligned parts of a workspace.
class WorkspaceOffsets {
 public:
  /// Returns the offset of a new part.
  std::size_t take(std::size_t bytes);
  std::size_t total() const { return total_; }

 private:
  std::size_t total_ = 0;
};

}  // namespace lehr::cpu::onednn
