#pragma once

// The only door to oneDNN: what differs between its versions 2 and 3, and its manners, stay behind it.
//
// Every primitive computes on the thread that calls it. A kernel with work for several threads cuts it into
// slices with a primitive each, and runs them on lehr's own threads (run_slices). So OpenMP, which oneDNN
// would use, never starts a thread: its threads wait actively, which is slow on a busy machine, and hang in a
// child after a fork.

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

/// A float tensor; strides in elements. An empty Desc stands for "there is none".
Desc strided(const Dims& dims, const Dims& strides);
/// A float tensor whose layout oneDNN may choose.
Desc any_layout(const Dims& dims);

/// True where oneDNN applies the activation itself, exactly as activation-inl.hpp does. Its ReLU does not: it
/// makes a NaN 0, and a network that has gone wrong would not show it.
bool applies(const FusedActivation& activation);

/// A primitive that was chosen but not yet bound to memory. Its scratchpad is the caller's to give.
struct Choice {
  dnnl::primitive primitive;
  std::string implementation;  ///< "brgconv:avx512_core"
  Desc weights;                ///< as the primitive wants them
  Desc scratchpad;
};

/// A convolution for oneDNN. Weights are as lehr holds them; the primitive may want another layout.
struct ConvProblem {
  Desc src, weights, bias, dst;
  Dims weights_dims;
  Dims stride, dilation;  ///< dilation 1 is the plain convolution, as in PyTorch
  Dims padding, padding_after;
  bool training = false;
};

/// dst = activation(src * weights + bias), all of rank 2.
struct MatmulProblem {
  Desc src, weights, bias, dst;
  bool plain =
      false;  ///< prefer oneDNN's plain kernel to its first choice, which packs the weights at every call
};

/// Each throws dnnl::error where oneDNN refuses. A kernel that is not oneDNN's reference is preferred. A
/// wanted layout of the weights is tried first, and need not be what comes back.
Choice conv_forward(const ConvProblem& problem, const FusedActivation& activation, const Desc* wanted);
Choice conv_backward_data(const ConvProblem& problem, const Desc* wanted);
Choice conv_backward_weights(const ConvProblem& problem, const Desc* wanted);
Choice matmul(const MatmulProblem& problem, const FusedActivation& activation);
Choice reorder(const Desc& from, const Desc& to);

/// A primitive with its arguments prepared: a run sets addresses and allocates nothing. It computes on the
/// calling thread alone.
class Call {
 public:
  struct Argument {
    int id;  ///< DNNL_ARG_...
    Desc desc;
  };

  Call() = default;
  /// Arguments with an empty Desc are left out. The scratchpad is appended to the arguments.
  Call(const Choice& choice, std::initializer_list<Argument> arguments);

  explicit operator bool() const { return !arguments_.empty(); }
  std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }
  /// Addresses in the order of the constructor's arguments (anything for those left out), then the
  /// scratchpad's. Throws dnnl::error.
  void run(std::initializer_list<const void*> addresses);

 private:
  dnnl::primitive primitive_;
  std::vector<std::size_t> given_;  ///< which of the constructor's arguments the memories are
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  std::size_t scratchpad_bytes_ = 0;
};

/// Keeps oneDNN on the calling thread while it lives. This sets OpenMP's thread count for the calling thread
/// and puts it back; no other thread sees it.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// How many slices a kernel with that much work has: one for each thread, or a single one if waking the
/// others would take longer than the work itself.
int useful_slices(std::int64_t multiply_adds);

/// Calls body(i) for each i below count, on as many threads as there are.
template <class Body>
void run_slices(std::size_t count, const Body& body) {
  parallel_for(static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end, int) {
    for (std::int64_t i = begin; i < end; ++i) body(static_cast<std::size_t>(i));
  });
}

[[noreturn]] void throw_translated(const std::string& node, const char* doing, const dnnl::error& error);

/// Calls body; a failure of oneDNN becomes an Error that names the node and what was being done.
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
  /// The offset of a new part.
  std::size_t take(std::size_t bytes);
  std::size_t total() const { return total_; }

 private:
  std::size_t total_ = 0;
};

}  // namespace lehr::cpu::onednn
