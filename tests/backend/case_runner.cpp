#include "backend/case_runner.hpp"

#include <algorithm>
#include <cstring>

namespace lehr::test {
namespace {

Tensor activation_tensor(const TensorSpec& spec) {
  return {spec.shape, spec.dtype, channels_last_strides(spec.shape)};
}

Tensor parameter_tensor(const TensorSpec& spec) {
  return {spec.shape, spec.dtype, output_last_strides(spec.shape)};
}

DeviceTensor allocate(const Backend& backend, const TensorSpec& spec) {
  return {&backend, spec, backend.allocate(spec.bytes())};
}

std::vector<DeviceTensor> allocate_all(const Backend& backend, const std::vector<TensorSpec>& specs) {
  std::vector<DeviceTensor> tensors;
  for (const TensorSpec& spec : specs) tensors.push_back(allocate(backend, spec));
  return tensors;
}

// The memory of tensors[i], or null where it is not wanted.
template <class Wanted>
std::vector<void*> addresses(const std::vector<DeviceTensor>& tensors, const Wanted& wanted) {
  std::vector<void*> found;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    found.push_back(wanted(i) ? tensors[i].memory.get() : nullptr);
  }
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

void DeviceTensor::upload(const Tensor& tensor) const {
  backend->copy_in(memory.get(), tensor.data(), tensor.bytes());
}

Tensor DeviceTensor::download(const Strides& strides) const {
  Tensor tensor(spec.shape, spec.dtype, strides);
  backend->copy_out(tensor.data(), memory.get(), tensor.bytes());
  return tensor;
}

void DeviceTensor::poison() const {
  const std::vector<unsigned char> bytes(spec.bytes(), 0xFF);
  backend->copy_in(memory.get(), bytes.data(), bytes.size());
}

bool DeviceTensor::is_poisoned() const {
  std::vector<unsigned char> bytes(spec.bytes());
  backend->copy_out(bytes.data(), memory.get(), bytes.size());
  return std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0xFF; });
}

struct CaseRunner::Stage {
  KernelSpec spec;
  std::unique_ptr<Kernel> kernel;
  std::vector<DeviceTensor> inputs, input_grads, parameters, parameter_grads, saved;
  DeviceTensor output, output_grad, workspace;
  std::size_t states = 0;
  // For cases of host memory, which all are so far.
  std::unique_ptr<TellingProbe> output_probe = std::make_unique<TellingProbe>();
  std::vector<std::unique_ptr<TellingProbe>> input_grad_probes;

  bool wants_input_grad(std::size_t i) const { return i < spec.input_grads.size() && spec.input_grads[i]; }
  bool is_trained(std::size_t i) const { return i + states < spec.parameters.size(); }
  bool wants_parameter_grad(std::size_t i) const { return spec.parameter_grads && is_trained(i); }

  template <class Pass>
  void run(const Pass& pass) {
    workspace.poison();
    const std::vector<void*> input_addresses = addresses(inputs, all);
    const std::vector<const void*> const_inputs(input_addresses.begin(), input_addresses.end());
    const std::vector<void*> parameter_addresses = addresses(parameters, all);
    const std::vector<void*> saved_addresses = addresses(saved, all);
    const auto input_grad_addresses =
        addresses(input_grads, [this](std::size_t i) { return wants_input_grad(i); });
    const auto parameter_grad_addresses =
        addresses(parameter_grads, [this](std::size_t i) { return is_trained(i); });
    KernelArgs args;
    args.inputs = const_inputs;
    args.output = output.memory.get();
    args.parameters = parameter_addresses;
    args.saved = saved_addresses;
    args.workspace = workspace.memory.get();
    args.seed = case_seed;
    args.step = case_step;
    pass(args, input_grad_addresses, parameter_grad_addresses);
  }

  std::vector<TensorProbe*> begin_probes(const std::vector<void*>& of_inputs) {
    std::vector<TensorProbe*> probes;
    input_grad_probes.clear();
    for (std::size_t i = 0; i < of_inputs.size(); ++i) {
      input_grad_probes.push_back(std::make_unique<TellingProbe>());
      if (of_inputs[i] != nullptr) {
        input_grad_probes.back()->begin(static_cast<const float*>(of_inputs[i]),
                                        spec.inputs[i].shape.numel());
      }
      probes.push_back(of_inputs[i] != nullptr ? input_grad_probes.back().get() : nullptr);
    }
    return probes;
  }

  void forward() {
    if (kernel->is_alias()) return;
    output.poison();
    poison(saved);
    output_probe->begin(static_cast<const float*>(output.memory.get()), spec.output.shape.numel());
    run([this](KernelArgs args, const auto&, const auto&) {
      args.output_probe = output_probe.get();
      kernel->forward(args);
    });
    TensorStats nothing;
    output_probe->end(nothing);
  }

  void backward() {
    if (kernel->is_alias()) return;
    poison(input_grads);
    poison(parameter_grads);
    run([this](KernelArgs args, const auto& of_inputs, const auto& of_parameters) {
      args.output_grad = output_grad.memory.get();
      args.input_grads = of_inputs;
      args.parameter_grads = of_parameters;
      const std::vector<TensorProbe*> probes = begin_probes(of_inputs);
      args.input_grad_probes = probes;
      kernel->backward(args);
      TensorStats nothing;
      for (TensorProbe* probe : probes) {
        if (probe != nullptr) probe->end(nothing);
      }
    });
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
    stage.output.memory = stage.inputs[0].memory;
    stage.output_grad.memory = stage.input_grads[0].memory;
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

std::vector<const TellingProbe*> CaseRunner::probes() const {
  std::vector<const TellingProbe*> all;
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
