#pragma once

// The only door to oneDNN: what differs between its versions 2 and 3, and its manners, stay behind it.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"
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
  Dims stride, dilation, padding;  ///< dilation 1 is the plain convolution, as in PyTorch
  bool training = false;
};

/// dst = activation(src * weights + bias), all of rank 2.
struct MatmulProblem {
  Desc src, weights, bias, dst;
  bool plain =
      false;  ///< prefer oneDNN's plain kernel to its first choice, which packs the weights at every call
};

/// Each throws dnnl::error where oneDNN refuses. A kernel that is not oneDNN's reference is preferred.
Choice conv_forward(const ConvProblem& problem, const FusedActivation& activation);
Choice conv_backward_data(const ConvProblem& problem);
Choice conv_backward_weights(const ConvProblem& problem);
Choice matmul(const MatmulProblem& problem, const FusedActivation& activation);
Choice reorder(const Desc& from, const Desc& to);

/// A primitive with its arguments prepared: a run sets addresses and allocates nothing. oneDNN sizes the
/// scratchpad by the threads at creation, so a call runs on as many, whatever was set meanwhile.
class Call {
 public:
  struct Argument {
    int id;  ///< DNNL_ARG_...
    Desc desc;
  };

  Call() = default;
  /// The scratchpad is appended to the arguments.
  Call(const Choice& choice, std::initializer_list<Argument> arguments);

  explicit operator bool() const { return !arguments_.empty(); }
  std::size_t scratchpad_bytes() const { return scratchpad_bytes_; }
  /// Addresses in the order of the constructor's arguments, then the scratchpad's. Throws dnnl::error.
  void run(std::initializer_list<const void*> addresses);

 private:
  dnnl::primitive primitive_;
  std::vector<dnnl::memory> memories_;
  std::vector<dnnl_exec_arg_t> arguments_;
  std::size_t scratchpad_bytes_ = 0;
  int threads_ = 1;
  std::unique_ptr<const OpenMpUse> openmp_;  ///< where it runs on several threads
};

/// OpenMP's thread count for a scope. Calls made and chosen inside it keep that count for their runs.
class Threads {
 public:
  explicit Threads(int wanted);
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
  bool changed_;
};

/// One thread where waking the others would take longer than the work itself.
int useful_threads(std::int64_t multiply_adds);

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

/// Consecutive, aligned pieces of a workspace.
class Pieces {
 public:
  /// The offset of a new piece.
  std::size_t take(std::size_t bytes);
  std::size_t total() const { return total_; }

 private:
  std::size_t total_ = 0;
};

}  // namespace lehr::cpu::onednn
