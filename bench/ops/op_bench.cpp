#include "ops/op_bench.hpp"

#include <cmath>
#include <exception>
#include <utility>

#include "lehr/core/rng.hpp"

namespace lehr::bench {
namespace {

double bytes_of(const std::vector<TensorSpec>& specs) {
  double bytes = 0;
  for (const TensorSpec& spec : specs) bytes += static_cast<double>(spec.bytes());
  return bytes;
}

void fill(const TensorRef& tensor, float scale) {
  if (tensor.dtype() != DType::f32) return;  // zero is a valid class number
  Rng rng(1, Purpose::test);
  std::vector<float> values(static_cast<std::size_t>(tensor.count()));
  for (float& value : values) value = scale * rng.uniform(-1, 1);
  tensor.backend().upload(tensor, values);
}

void report(benchmark::State& state, const PreparedOp& op, double bytes, double flops) {
  using benchmark::Counter;
  state.SetLabel(op.implementation());
  state.counters["bytes/s"] = Counter(bytes, Counter::kIsIterationInvariantRate, Counter::kIs1000);
  if (flops > 0) {
    state.counters["flop/s"] = Counter(flops, Counter::kIsIterationInvariantRate, Counter::kIs1000);
  }
}

void run_forward(benchmark::State& state, const OpBench& bench) {
  PreparedOp op(bench.spec);
  for (auto _ : state) op.forward();
  report(state, op, op.forward_bytes(), bench.flops);
}

void run_backward(benchmark::State& state, const OpBench& bench) {
  PreparedOp op(bench.spec);
  op.forward();
  for (auto _ : state) op.backward();
  report(state, op, op.backward_bytes(), 2 * bench.flops);
}

/// If the backend cannot make a kernel, only that benchmark fails.
template <class Run>
void guarded(benchmark::State& state, const OpBench& bench, const Run& run) {
  try {
    run(state, bench);
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}

}  // namespace

TensorSpec floats(const Shape& shape) { return {DType::f32, shape}; }

KernelSpec training_spec(std::string type, Attributes attributes, std::vector<TensorSpec> inputs,
                         const Shape& output, std::vector<Shape> parameters) {
  KernelSpec spec;
  spec.name = type;
  spec.type = std::move(type);
  spec.attributes = std::move(attributes);
  for (const TensorSpec& input : inputs) spec.input_grads.push_back(input.dtype == DType::f32);
  spec.inputs = std::move(inputs);
  spec.output = floats(output);
  for (const Shape& parameter : parameters) spec.parameters.push_back(floats(parameter));
  spec.training = true;
  return spec;
}

PreparedOp::PreparedOp(const KernelSpec& spec) : spec_(spec), kernel_(cpu_backend().kernel(spec)) {
  std::vector<ConstTensorRef> inputs;
  std::vector<TensorRef> input_grads;
  std::vector<TensorRef> parameters;
  std::vector<TensorRef> parameter_grads;
  std::vector<TensorRef> saved;
  for (const TensorSpec& input : spec.inputs) inputs.push_back(allocate(input, 1));
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    input_grads.push_back(spec.input_grads[i] ? allocate(spec.inputs[i], 0) : TensorRef());
  }
  for (const TensorSpec& parameter : spec.parameters) {
    parameters.push_back(allocate(parameter, 0.1F));
    parameter_grads.push_back(allocate(parameter, 0));
  }
  for (const TensorSpec& one : kernel_->saved()) saved.push_back(allocate(one, 0));
  KernelTensors tensors;
  tensors.inputs = inputs;
  tensors.output = allocate(spec.output, 0);
  tensors.parameters = parameters;
  tensors.saved = saved;
  tensors.workspace = allocate({DType::u8, Shape{static_cast<std::int64_t>(kernel_->workspace())}}, 0);
  tensors.output_grad = allocate(spec.output, 1);
  tensors.input_grads = input_grads;
  tensors.parameter_grads = parameter_grads;
  kernel_->bind(tensors);
}

TensorRef PreparedOp::allocate(const TensorSpec& spec, float scale) {
  const TensorRef made = buffers_.emplace_back(cpu_backend(), spec, contiguous_strides(spec.shape)).ref();
  if (scale != 0) fill(made, scale);
  return made;
}

void PreparedOp::forward() { kernel_->run_forward({}); }
void PreparedOp::backward() { kernel_->run_backward({}); }

double PreparedOp::forward_bytes() const {
  return bytes_of(spec_.inputs) + bytes_of(spec_.parameters) + bytes_of({spec_.output});
}

double PreparedOp::backward_bytes() const {
  const BackwardReads reads = kernel_->backward_reads();
  const double output = bytes_of({spec_.output});
  double bytes = output + bytes_of(spec_.inputs) + 2 * bytes_of(spec_.parameters);
  if (reads.inputs) bytes += bytes_of(spec_.inputs);
  return reads.output ? bytes + output : bytes;
}

bool add_op(const std::string& name, const OpBench& bench) {
  const auto add = [&](const char* pass, auto run) {
    benchmark::RegisterBenchmark((name + pass).c_str(), [bench, run](benchmark::State& state) {
      guarded(state, bench, run);
    })->UseRealTime();
  };
  add("/forward", run_forward);
  add("/backward", run_backward);
  return true;
}

}  // namespace lehr::bench
