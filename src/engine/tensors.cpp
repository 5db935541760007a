#include "engine/tensors.hpp"

#include <algorithm>
#include <utility>

namespace lehr {
namespace {

bool has_trained_parameters(const Graph& graph, const Step& step) {
  return std::ranges::any_of(graph.node(step.nodes.front()).parameters,
                             [](const ParameterSpec& parameter) { return !is_state(parameter.role); });
}

class TensorPlanner {
 public:
  TensorPlanner(const Graph& graph, const Backend& backend, const PlanOptions& options)
      : graph_(graph), backend_(backend), options_(options), training_(options.mode == Mode::train) {}

  PlanTensors plan(std::vector<Step> steps) {
    const std::size_t nodes = graph_.nodes().size();
    tensors_.root.resize(nodes);
    for (std::size_t id = 0; id < nodes; ++id) tensors_.root[id] = static_cast<NodeId>(id);
    tensors_.value.resize(nodes);
    tensors_.grad.resize(nodes);
    needs_grad_.resize(nodes);
    for (Step& step : steps) tensors_.steps.push_back(prepare(std::move(step)));
    for (std::size_t i = 0; i < tensors_.steps.size(); ++i) place_forward(i);
    if (training_) {
      for (std::size_t i = tensors_.steps.size(); i-- > 0;) place_backward(i);
    }
    for (const NodeId kept : options_.keep) keep(kept);
    keep(graph_.output());
    return std::move(tensors_);
  }

 private:
  bool is_frozen(const Step& step) const {
    return std::ranges::find(options_.frozen, step.nodes.front()) != options_.frozen.end();
  }

  PlannedStep prepare(Step step) {
    for (const NodeId input : step.inputs) step.spec.input_grads.push_back(training_ && needs_grad(input));
    step.spec.parameter_grads = training_ && has_trained_parameters(graph_, step) && !is_frozen(step);
    const bool wants_grad = step.spec.parameter_grads ||
                            std::ranges::find(step.spec.input_grads, true) != step.spec.input_grads.end();
    PlannedStep planned;
    planned.kernel = backend_.kernel(step.spec);
    if (planned.kernel->is_alias()) {
      root_of(step.output()) = root_of(step.inputs.front());
    } else {
      planned.has_backward = wants_grad;
      needs_grad_[static_cast<std::size_t>(step.output())] = wants_grad;
    }
    planned.step = std::move(step);
    return planned;
  }

  void place_forward(std::size_t index) {
    PlannedStep& planned = tensors_.steps[index];
    const int now = static_cast<int>(index);
    for (const NodeId input : planned.step.inputs) extend_value(input, now);
    if (planned.kernel->is_alias()) return;
    slot_of(tensors_.value, planned.step.output()) = add({planned.step.spec.output.bytes(), now, now});
    for (const TensorSpec& saved : planned.kernel->saved()) {
      planned.saved.push_back(add({saved.bytes(), now, planned.has_backward ? backward_moment(index) : now}));
    }
  }

  void place_backward(std::size_t index) {
    PlannedStep& planned = tensors_.steps[index];
    if (!planned.has_backward) return;
    const int now = backward_moment(index);
    if (!claim_output_grad(planned, now)) return;
    const BackwardReads reads = planned.kernel->backward_reads();
    if (reads.output) extend_value(planned.step.output(), now);
    for (std::size_t i = 0; i < planned.step.inputs.size(); ++i) {
      if (reads.inputs) extend_value(planned.step.inputs[i], now);
      planned.input_grads.push_back(
          planned.step.spec.input_grads[i] ? std::optional(route_grad(planned, i, now)) : std::nullopt);
    }
  }

  // The gradient of a step's output is what its consumers wrote, or a constant for the loss. If it
  // has neither, the loss does not depend on the step, and the step has no backward pass.
  bool claim_output_grad(PlannedStep& planned, int now) {
    std::optional<Slot>& grad = slot_of(tensors_.grad, planned.step.output());
    if (grad) {
      tensors_.allocations[*grad].last = now;
    } else if (root_of(planned.step.output()) == root_of(graph_.output())) {
      grad = add({planned.step.spec.output.bytes(), now, now});
    } else {
      planned.has_backward = false;
    }
    return planned.has_backward;
  }

  // The first step that reaches a value writes its gradient. Each later step writes to a separate
  // slot, which is then added.
  Slot route_grad(PlannedStep& planned, std::size_t input, int now) {
    const TensorSpec& spec = planned.step.spec.inputs[input];
    const Slot slot = add({spec.bytes(), now, now});
    std::optional<Slot>& grad = slot_of(tensors_.grad, planned.step.inputs[input]);
    if (!grad) {
      grad = slot;
    } else {
      tensors_.allocations[*grad].last = now;
      planned.accumulations.push_back({slot, *grad, spec.shape.numel()});
    }
    return slot;
  }

  void keep(NodeId node) {
    const int end = backward_moment(0) + 1;
    extend_value(node, end);
  }

  void extend_value(NodeId node, int moment) {
    if (const std::optional<Slot> slot = slot_of(tensors_.value, node)) {
      int& last = tensors_.allocations[*slot].last;
      last = std::max(last, moment);
    }
  }

  int backward_moment(std::size_t index) const {
    return 2 * static_cast<int>(tensors_.steps.size()) - 1 - static_cast<int>(index);
  }
  Slot add(Allocation allocation) {
    tensors_.allocations.push_back(allocation);
    return tensors_.allocations.size() - 1;
  }
  NodeId& root_of(NodeId node) { return tensors_.root[static_cast<std::size_t>(node)]; }
  bool needs_grad(NodeId node) { return needs_grad_[static_cast<std::size_t>(root_of(node))]; }
  std::optional<Slot>& slot_of(std::vector<std::optional<Slot>>& slots, NodeId node) {
    return slots[static_cast<std::size_t>(root_of(node))];
  }

  const Graph& graph_;
  const Backend& backend_;
  const PlanOptions& options_;
  bool training_;
  PlanTensors tensors_;
  std::vector<bool> needs_grad_;
};

}  // namespace

PlanTensors plan_tensors(std::vector<Step> steps, const Graph& graph, const Backend& backend,
                         const PlanOptions& options) {
  return TensorPlanner(graph, backend, options).plan(std::move(steps));
}

}  // namespace lehr
