#include "backend/case_runner.hpp"

#include <algorithm>

#include "support/device.hpp"

namespace lehr::test {
namespace {

Tensor activation_tensor(const TensorSpec& spec) {
  return {spec.shape, spec.dtype, channels_last_strides(spec.shape)};
}

Tensor parameter_tensor(const TensorSpec& spec) {
  return {spec.shape, spec.dtype, output_last_strides(spec.shape)};
}

DeviceTensor allocate(const Backend& backend, const TensorSpec& spec) {
  return {spec, Buffer(backend, spec, contiguous_strides(spec.shape))};
}

std::vector<DeviceTensor> allocate_all(const Backend& backend, const std::vector<TensorSpec>& specs) {
  std::vector<DeviceTensor> tensors;
  for (const TensorSpec& spec : specs) tensors.push_back(allocate(backend, spec));
  return tensors;
}

// tensors[i], or an empty reference if it is not wanted.
template <class Ref, class Wanted>
std::vector<Ref> refs(const std::vector<DeviceTensor>& tensors, const Wanted& wanted) {
  std::vector<Ref> found;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    found.push_back(wanted(i) ? tensors[i].ref() : TensorRef());
  return found;
}

bool all(std::size_t) { return true; }

void poison(const std::vector<DeviceTensor>& tensors) {
  for (const DeviceTensor& tensor : tensors) tensor.poison();
}

}  // namespace

CaseData::CaseData(const OpCase& op_case) : output_grad(activation_tensor(op_case.spec.output)) {
  for (std::size_t i = 0; i < op_case.spec.inputs.size(); ++i) {
    const std::string stream = op_case.name + "/input." + std::to_string(i);
    Tensor& tensor = inputs.emplace_back(activation_tensor(op_case.spec.inputs[i]));
    if (tensor.dtype() == DType::i64) {
      fill_classes(tensor.elements<std::int64_t>(), stream, op_case.spec.inputs[0].shape[1]);
    } else {
      fill_tensor(tensor.view<float>(), stream, op_case.input_fill(i));
    }
  }
  for (std::size_t i = 0; i < op_case.spec.parameters.size(); ++i) {
    Tensor& tensor = parameters.emplace_back(parameter_tensor(op_case.spec.parameters[i]));
    fill_tensor(tensor.view<float>(), op_case.name + "/parameter." + std::to_string(i),
                op_case.parameter_fill(i));
  }
  fill_tensor(output_grad.view<float>(), op_case.name + "/output_grad", op_case.output_grad_fill);
}

void DeviceTensor::upload(const Tensor& tensor) const { put(ref(), tensor); }

Tensor DeviceTensor::download(const Strides& strides) const {
  Tensor tensor(spec.shape, spec.dtype, strides);
  ref().backend().download(tensor.data(), ref());
  return tensor;
}

void DeviceTensor::poison() const {
  const std::vector<unsigned char> bytes(spec.bytes(), 0xFF);
  put(ref(), HostData(bytes.data(), spec.dtype, spec.shape.numel()));
}

bool DeviceTensor::is_poisoned() const {
  std::vector<unsigned char> bytes(spec.bytes());
  ref().backend().download(bytes.data(), ref());
  return std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0xFF; });
}

struct CaseRunner::Stage {
  KernelSpec spec;
  std::unique_ptr<Kernel> kernel;
  std::vector<DeviceTensor> inputs, input_grads, parameters, parameter_grads, saved;
  DeviceTensor output, output_grad, workspace;
  std::size_t states = 0;
  // For cases in host memory. So far, this is true of all cases.
  std::unique_ptr<RecordingProbe> output_probe = std::make_unique<RecordingProbe>();
  std::vector<std::unique_ptr<RecordingProbe>> input_grad_probes;

  bool wants_input_grad(std::size_t i) const { return i < spec.input_grads.size() && spec.input_grads[i]; }
  bool is_trained(std::size_t i) const { return i + states < spec.parameters.size(); }
  bool wants_parameter_grad(std::size_t i) const { return spec.parameter_grads && is_trained(i); }

  void bind() {
    workspace.poison();
    const auto some_inputs = refs<ConstTensorRef>(inputs, all);
    const auto some_parameters = refs<TensorRef>(parameters, all);
    const auto some_saved = refs<TensorRef>(saved, all);
    const auto some_input_grads =
        refs<TensorRef>(input_grads, [this](std::size_t i) { return wants_input_grad(i); });
    const auto some_parameter_grads =
        refs<TensorRef>(parameter_grads, [this](std::size_t i) { return is_trained(i); });
    KernelTensors tensors;
    tensors.inputs = some_inputs;
    tensors.output = output.ref();
    tensors.parameters = some_parameters;
    tensors.saved = some_saved;
    tensors.workspace = workspace.ref();
    tensors.output_grad = output_grad.ref();
    tensors.input_grads = some_input_grads;
    tensors.parameter_grads = some_parameter_grads;
    kernel->bind(tensors);
  }

  std::vector<TensorProbe*> begin_probes() {
    std::vector<TensorProbe*> probes;
    input_grad_probes.clear();
    for (std::size_t i = 0; i < input_grads.size(); ++i) {
      input_grad_probes.push_back(std::make_unique<RecordingProbe>());
      if (wants_input_grad(i)) input_grad_probes.back()->begin(input_grads[i].ref());
      probes.push_back(wants_input_grad(i) ? input_grad_probes.back().get() : nullptr);
    }
    return probes;
  }

  void forward() {
    if (kernel->is_alias()) return;
    output.poison();
    poison(saved);
    output_probe->begin(output.ref());
    bind();
    KernelRun run;
    run.output_probe = output_probe.get();
    run.seed = case_seed;
    run.step = case_step;
    kernel->run_forward(run);
    TensorStats nothing;
    output_probe->end(nothing);
  }

  void backward() {
    if (kernel->is_alias()) return;
    poison(input_grads);
    poison(parameter_grads);
    bind();
    const std::vector<TensorProbe*> probes = begin_probes();
    KernelRun run;
    run.input_grad_probes = probes;
    run.seed = case_seed;
    run.step = case_step;
    kernel->run_backward(run);
    TensorStats nothing;
    for (TensorProbe* probe : probes) {
      if (probe != nullptr) probe->end(nothing);
    }
  }
};

CaseRunner::CaseRunner(const Backend& backend, const OpCase& op_case) : backend_(backend), case_(op_case) {
  const std::vector<DeviceTensor> inputs = allocate_all(backend, op_case.spec.inputs);
  const std::vector<DeviceTensor> input_grads = allocate_all(backend, op_case.spec.inputs);
  const std::vector<DeviceTensor> parameters = allocate_all(backend, op_case.spec.parameters);
  KernelSpec first = op_case.spec;
  const FusedActivation activation = first.activation;
  const bool split =
      activation.kind != FusedActivation::Kind::none && !backend.fuses(first.type, activation.kind);
  if (split) first.activation = {};
  add_stage(first, inputs, input_grads, parameters);
  if (!split) return;
  KernelSpec second = first;
  second.type = "activation";
  second.attributes = {{"kind", std::string(name_of(activation.kind))},
                       {"leak", static_cast<double>(activation.leak)},
                       {"subtract", static_cast<double>(activation.subtract)},
                       {"clamp", static_cast<double>(activation.clamp)}};
  second.inputs = {first.output};
  second.parameters.clear();
  if (second.training) second.input_grads = {true};
  const Stage& before = stages_.front();
  add_stage(second, {before.output}, {before.output_grad}, {});
}

CaseRunner::~CaseRunner() = default;

void CaseRunner::add_stage(const KernelSpec& spec, std::vector<DeviceTensor> inputs,
                           std::vector<DeviceTensor> input_grads, std::vector<DeviceTensor> parameters) {
  Stage stage;
  stage.spec = spec;
  stage.kernel = backend_.kernel(spec);
  stage.inputs = std::move(inputs);
  stage.input_grads = std::move(input_grads);
  stage.parameters = std::move(parameters);
  stage.parameter_grads = allocate_all(backend_, spec.parameters);
  stage.saved = allocate_all(backend_, stage.kernel->saved());
  stage.output = allocate(backend_, spec.output);
  stage.output_grad = allocate(backend_, spec.output);
  if (stage.kernel->is_alias()) {
    stage.output.buffer = stage.inputs[0].buffer;
    stage.output_grad.buffer = stage.input_grads[0].buffer;
  }
  const auto bytes = static_cast<std::int64_t>(stage.kernel->workspace());
  stage.workspace = allocate(backend_, {DType::u8, Shape{bytes}});
  stage.states = spec.type == case_.spec.type ? case_.states : 0;
  stages_.push_back(std::move(stage));
}

void CaseRunner::forward(const CaseData& data) {
  Stage& first = stages_.front();
  for (std::size_t i = 0; i < data.inputs.size(); ++i) first.inputs[i].upload(data.inputs[i]);
  for (std::size_t i = 0; i < data.parameters.size(); ++i) first.parameters[i].upload(data.parameters[i]);
  for (Stage& stage : stages_) stage.forward();
}

void CaseRunner::backward(const CaseData& data) {
  const Stage& first = stages_.front();
  const Stage& last = stages_.back();
  if (!first.kernel->is_alias()) {
    if (!first.kernel->backward_reads().inputs) poison(first.inputs);
    if (!last.kernel->backward_reads().output) last.output.poison();
  }
  last.output_grad.upload(data.output_grad);
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) stage->backward();
  went_back_ = true;
}

Tensor CaseRunner::output() const {
  return stages_.back().output.download(channels_last_strides(case_.spec.output.shape));
}

std::vector<NamedTensor> CaseRunner::results() const {
  const Stage& first = stages_.front();
  std::vector<NamedTensor> found;
  const auto add_parameter = [&](const std::string& kind, const DeviceTensor& tensor, std::size_t i) {
    found.push_back(
        {kind + "." + std::to_string(i), tensor.download(output_last_strides(tensor.spec.shape))});
  };
  for (std::size_t i = 0; i < first.parameters.size(); ++i) {
    if (case_.is_state(i)) add_parameter("state", first.parameters[i], i);
    if (went_back_ && first.wants_parameter_grad(i)) {
      add_parameter("parameter_grad", first.parameter_grads[i], i);
    }
  }
  for (std::size_t i = 0; went_back_ && i < first.inputs.size(); ++i) {
    if (!first.wants_input_grad(i)) continue;
    const DeviceTensor& grad = first.input_grads[i];
    found.push_back(
        {"input_grad." + std::to_string(i), grad.download(channels_last_strides(grad.spec.shape))});
  }
  return found;
}

std::string CaseRunner::implementation() const { return stages_.front().kernel->implementation(); }

std::vector<const RecordingProbe*> CaseRunner::probes() const {
  std::vector<const RecordingProbe*> all;
  for (const Stage& stage : stages_) {
    all.push_back(stage.output_probe.get());
    for (const auto& probe : stage.input_grad_probes) all.push_back(probe.get());
  }
  return all;
}

bool CaseRunner::wrote_unwanted_grads() const {
  const Stage& first = stages_.front();
  return std::ranges::any_of(first.parameter_grads, [&](const DeviceTensor& grad) {
    return !first.spec.parameter_grads && !grad.is_poisoned();
  });
}

std::vector<NamedTensor> run_case(const Backend& backend, const OpCase& op_case) {
  const CaseData data(op_case);
  CaseRunner runner(backend, op_case);
  runner.forward(data);
  Tensor output = runner.output();
  if (op_case.spec.training) runner.backward(data);
  std::vector<NamedTensor> results = runner.results();
  results.insert(results.begin(), NamedTensor{"output", std::move(output)});
  return results;
}

}  // namespace lehr::test
