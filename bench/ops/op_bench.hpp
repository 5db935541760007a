#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"

namespace lehr::bench {

/// What one benchmark runs and what it counts.
struct OpBench {
  KernelSpec spec;
  double flops = 0;  ///< of one forward pass; 0 where bytes are what counts
};

/// A training kernel with buffers for all its tensors, filled with values around zero.
class PreparedOp {
 public:
  explicit PreparedOp(const KernelSpec& spec);
  void forward();
  void backward();
  std::string implementation() const { return kernel_->implementation(); }
  /// Bytes of the tensors that a pass must at least read and write.
  double forward_bytes() const;
  double backward_bytes() const;

 private:
  using Buffer = std::shared_ptr<void>;
  Buffer allocate(const TensorSpec& spec, float scale);

  KernelSpec spec_;
  std::unique_ptr<Kernel> kernel_;
  std::vector<Buffer> buffers_;
  std::vector<const void*> inputs_;
  std::vector<void*> input_grads_;
  std::vector<void*> parameters_;
  std::vector<void*> parameter_grads_;
  std::vector<void*> saved_;
  KernelArgs args_;
};

TensorSpec floats(const Shape& shape);

/// A training spec in which every float input gets a gradient.
KernelSpec training_spec(std::string type, Attributes attributes, std::vector<TensorSpec> inputs,
                         const Shape& output, std::vector<Shape> parameters = {});

/// Registers "<name>/forward" and "<name>/backward". Returns true, so that a static can call it.
bool add_op(const std::string& name, const OpBench& bench);

}  // namespace lehr::bench
