#include "engine/bindings.hpp"

#include <string>

#include "lehr/core/error.hpp"

namespace lehr {
namespace {

std::map<NodeId, std::vector<const ParameterEntry*>> entries_by_node(const Parameters& parameters) {
  std::map<NodeId, std::vector<const ParameterEntry*>> by_node;
  for (const ParameterEntry& entry : parameters.entries()) by_node[entry.node].push_back(&entry);
  return by_node;
}

void check_input(NodeId input, const TensorSpec& spec, DType type, std::int64_t count) {
  if (type == spec.dtype && count == spec.shape.numel()) return;
  throw BadInput("input " + std::to_string(input) + " of the plan needs " +
                 std::to_string(spec.shape.numel()) + " elements of " + std::string(name_of(spec.dtype)) +
                 ", found " + std::to_string(count) + " of " + std::string(name_of(type)));
}

TensorSpec bytes_spec(std::size_t bytes) { return {DType::u8, Shape{static_cast<std::int64_t>(bytes)}}; }

}  // namespace

PlanBindings::PlanBindings(const Graph& graph, Parameters& parameters, const PlanTensors& tensors,
                           const PlanOptions& options)
    : backend_(parameters.backend()),
      tensors_(tensors),
      seed_(options.seed),
      layout_(plan_arena(tensors.allocations)),
      specs_(graph.infer(options.batch_size)),
      steps_(tensors.steps.size()),
      room_(options.room ? options.room : std::make_shared<PlanRoom>(backend_)) {
  add_inputs(graph);
  add_parameters(parameters);
}

void PlanBindings::add_inputs(const Graph& graph) {
  for (const NodeId node : graph.inputs()) {
    Input& added = inputs_[node];
    added.spec = spec_of(node);
    added.host = backend_.host_input();
  }
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    const std::vector<NodeId>& read = tensors_.steps[step].step.inputs;
    for (std::size_t i = 0; i < read.size(); ++i) {
      const auto found = inputs_.find(root_of(read[i]));
      if (found != inputs_.end()) found->second.readers.push_back({step, i});
    }
  }
}

void PlanBindings::add_parameters(Parameters& parameters) {
  const auto entries = entries_by_node(parameters);
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    const auto found = entries.find(tensors_.steps[step].step.nodes.front());
    if (found == entries.end()) continue;
    for (const ParameterEntry* entry : found->second) {
      steps_[step].parameters.push_back(parameters.value(*entry));
      steps_[step].parameter_grads.push_back(parameters.grad(*entry));
    }
  }
}

PlanBindings::Input& PlanBindings::input(NodeId node) {
  const auto found = inputs_.find(node);
  if (found != inputs_.end()) return found->second;
  throw Error("node " + std::to_string(node) + " is not an input of the graph");
}

void PlanBindings::bind_input(NodeId node, const HostData& data) {
  Input& bound = input(node);
  if (data.data == nullptr) {
    bound.tensor = {};
    return;
  }
  check_input(node, bound.spec, data.dtype, data.count);
  bind(bound, bound.host->set(bound.spec, data));
}

void PlanBindings::bind_input(NodeId node, const ConstTensorRef& tensor) {
  Input& bound = input(node);
  if (tensor) check_input(node, bound.spec, tensor.dtype(), tensor.count());
  bind(bound, tensor);
}

void PlanBindings::bind(Input& input, const ConstTensorRef& tensor) {
  input.tensor = tensor;
  if (!has_run() || !tensor) return;
  for (const Input::Reader& reader : input.readers) {
    const PlannedStep& planned = tensors_.steps[reader.step];
    ConstTensorRef& read = steps_[reader.step].inputs[reader.input];
    read = value(planned.step.inputs[reader.input]);
    planned.kernel->bind_input(reader.input, read);
  }
}

void PlanBindings::check_inputs() const {
  for (const auto& [node, input] : inputs_) {
    if (!input.tensor) throw BadInput("input " + std::to_string(node) + " of the plan is not bound to data");
  }
}

void PlanBindings::enter(std::size_t workspace_bytes) {
  room_->begin(this, layout_.bytes, workspace_bytes);
  if (generation_ == room_->generation()) return;
  for (std::size_t i = 0; i < steps_.size(); ++i) bind(tensors_.steps[i], steps_[i]);
  generation_ = room_->generation();
}

void PlanBindings::check_room() const {
  if (has_run() && room_->belongs_to(this)) return;
  throw Error(has_run() ? "another plan has run since in the memory that the two share"
                        : "the plan has not run yet");
}

void PlanBindings::bind(const PlannedStep& planned, StepTensors& at) const {
  const KernelSpec& spec = planned.step.spec;
  at.inputs.clear();
  at.saved.clear();
  at.input_grads.clear();
  at.sums.clear();
  for (const NodeId input : planned.step.inputs) at.inputs.push_back(value(input));
  const std::vector<TensorSpec> saved = planned.kernel->saved();
  for (std::size_t i = 0; i < planned.saved.size(); ++i) {
    at.saved.push_back(in_arena(planned.saved[i], saved[i]));
  }
  for (std::size_t i = 0; i < planned.input_grads.size(); ++i) {
    at.input_grads.push_back(in_arena(planned.input_grads[i], spec.inputs[i]));
  }
  for (const PlannedStep::Accumulation& sum : planned.accumulations) {
    const TensorSpec flat{DType::f32, Shape{sum.count}};
    at.sums.push_back({in_arena(sum.from, flat), in_arena(sum.to, flat)});
  }
  at.run.seed = seed_;
  const TensorSpec scratch = bytes_spec(planned.kernel->workspace());
  KernelTensors all;
  all.inputs = at.inputs;
  all.output = own_value(planned.step.output());
  all.parameters = at.parameters;
  all.saved = at.saved;
  all.workspace = {*room_->workspace(), 0, scratch, contiguous_strides(scratch.shape)};
  all.output_grad = grad(planned.step.output());
  all.input_grads = at.input_grads;
  all.parameter_grads = at.parameter_grads;
  planned.kernel->bind(all);
}

TensorRef PlanBindings::in_arena(const std::optional<Slot>& slot, const TensorSpec& spec) const {
  if (!slot) return {};
  return {*room_->arena(), layout_.offsets[*slot], spec, backend_.activation_layout(spec.shape)};
}

TensorRef PlanBindings::own_value(NodeId node) const { return in_arena(value_slot(node), spec_of(node)); }

ConstTensorRef PlanBindings::value(NodeId node) const {
  if (value_slot(node)) return own_value(node);
  const ConstTensorRef& input = inputs_.at(root_of(node)).tensor;
  if (!input) return {};
  const TensorSpec& spec = spec_of(node);
  return {input.memory(), input.offset(), spec, backend_.activation_layout(spec.shape)};
}

TensorRef PlanBindings::grad(NodeId node) const {
  return in_arena(tensors_.grad[static_cast<std::size_t>(root_of(node))], spec_of(node));
}

}  // namespace lehr
