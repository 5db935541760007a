#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "lehr/backend/buffer.hpp"

namespace lehr::bench {

/// One benchmark: the kernel to run and the work to count.
struct OpBench {
  KernelSpec spec;
  double flops = 0;  ///< of one forward pass; 0 if bytes are counted
};

/// A training kernel with buffers for all its tensors, filled with values around zero.
class PreparedOp {
 public:
  explicit PreparedOp(const KernelSpec& spec);
  void forward();
  void backward();
  std::string implementation() const { return kernel_->implementation(); }
  /// Bytes of the tensors that a pass must read and write at least.
  double forward_bytes() const;
  double backward_bytes() const;

 private:
  TensorRef allocate(const TensorSpec& spec, float scale);

  KernelSpec spec_;
  std::unique_ptr<Kernel> kernel_;
  std::vector<Buffer> buffers_;
};

TensorSpec floats(const Shape& shape);

/// A training spec in which every float input has a gradient.
KernelSpec training_spec(std::string type, Attributes attributes, std::vector<TensorSpec> inputs,
                         const Shape& output, std::vector<Shape> parameters = {});

/// Registers "<name>/forward" and "<name>/backward". Returns true, so that a static can call it.
bool add_op(const std::string& name, const OpBench& bench);

}  // namespace lehr::bench
