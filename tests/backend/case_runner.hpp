#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/op_case.hpp"
#include "backend/recording_probe.hpp"
#include "lehr/backend/buffer.hpp"
#include "lehr/core/tensor.hpp"

namespace lehr::test {

/// Host tensors of a case, in the layouts that kernels expect.
struct CaseData {
  std::vector<Tensor> inputs;
  std::vector<Tensor> parameters;
  Tensor output_grad;

  explicit CaseData(const OpCase& op_case);
};

/// A result with its name in golden files: "output", "input_grad.0", "parameter_grad.1", "state.2".
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// A tensor in a backend's memory. Copies share it.
struct DeviceTensor {
  TensorSpec spec;
  Buffer buffer;

  const TensorRef& ref() const { return buffer.ref(); }
  void upload(const Tensor& tensor) const;
  Tensor download(const Strides& strides) const;
  /// Sets every byte to 0xFF: a NaN, or class number -1.
  void poison() const;
  bool is_poisoned() const;
};

/// Runs one case on one backend in the way a plan does: as one kernel if the backend fuses the
/// activation, otherwise as two. Parameters get gradient buffers even if no gradients are wanted.
/// Memory that a kernel must not rely on is poisoned: outputs, gradients, workspace and saved
/// tensors before they are written and, before backward, everything that backward_reads() does not
/// include.
class CaseRunner {
 public:
  CaseRunner(const Backend& backend, const OpCase& op_case);
  ~CaseRunner();

  void forward(const CaseData& data);
  void backward(const CaseData& data);
  Tensor output() const;
  /// All tensors that the passes have written.
  std::vector<NamedTensor> results() const;
  /// The implementation of the first kernel.
  std::string implementation() const;
  /// Probes with the kernels' reports on outputs and on gradients of inputs.
  std::vector<const RecordingProbe*> probes() const;
  /// Whether backward wrote parameter gradients that the spec does not want.
  bool wrote_unwanted_grads() const;

 private:
  struct Stage;
  void add_stage(const KernelSpec& spec, std::vector<DeviceTensor> inputs,
                 std::vector<DeviceTensor> input_grads, std::vector<DeviceTensor> parameters);

  const Backend& backend_;
  const OpCase& case_;
  std::vector<Stage> stages_;
  bool went_back_ = false;
};

/// Runs forward and, in training, backward.
std::vector<NamedTensor> run_case(const Backend& backend, const OpCase& op_case);

}  // namespace lehr::test
