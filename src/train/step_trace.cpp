#include "train/step_trace.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "lehr/core/text.hpp"
#include "lehr/engine/plan.hpp"

namespace lehr {
namespace {

TensorTrace trace_of(std::string name, const Shape& shape, std::span<const float> values) {
  TensorTrace trace{std::move(name), shape};
  double sum = 0;
  std::int64_t finite = 0;
  for (const float value : values) {
    const auto number = static_cast<double>(value);
    if (!std::isfinite(number)) {
      ++trace.non_finite;
      trace.nan += std::isnan(number) ? 1 : 0;
      continue;
    }
    trace.min = finite == 0 ? number : std::min(trace.min, number);
    trace.max = finite == 0 ? number : std::max(trace.max, number);
    sum += number;
    ++finite;
  }
  if (finite > 0) trace.mean = sum / static_cast<double>(finite);
  return trace;
}

/// Runs one step and collects the traces of its tensors.
class Tracer {
 public:
  Tracer(const TracedStep& step, Parameters& parameters)
      : step_(step),
        parameters_(parameters),
        backend_(parameters.backend()),
        made_(with_loss(step.model, step.loss, soft())) {}

  StepTrace run() {
    trace_weights();
    const Buffer states = Buffer::copy_of(parameters_.states());
    Plan plan(made_.graph, parameters_, options());
    bind_batch(plan);
    plan.forward(step_.step);
    trace_outputs(plan);
    if (std::isfinite(trace_.loss)) {
      plan.backward();
      trace_gradients();
    }
    backend_.copy(parameters_.states(), states.ref());
    return std::move(trace_);
  }

 private:
  bool soft() const { return step_.batch.soft_targets != nullptr; }

  PlanOptions options() const {
    PlanOptions options{.batch_size = step_.batch.size, .fuse = false, .seed = step_.seed};
    for (std::size_t id = 0; id < made_.graph.nodes().size(); ++id) {
      if (made_.graph.nodes()[id].op != nullptr) options.keep.push_back(static_cast<NodeId>(id));
    }
    return options;
  }

  void bind_batch(Plan& plan) const {
    const Batch& batch = step_.batch;
    const NodeId images = made_.graph.inputs().front();
    const auto elements = [&](NodeId input) {
      return batch.size * made_.graph.node(input).output.shape.numel();
    };
    plan.bind_input(images, HostData(batch.images, batch.dtype, elements(images)));
    plan.bind_input(made_.targets, soft() ? HostData(batch.soft_targets, DType::f32, elements(made_.targets))
                                          : HostData(batch.targets, DType::i64, elements(made_.targets)));
  }

  void note(const TensorTrace& trace, const std::string& what, const char* where) {
    if (trace.non_finite > 0 && trace_.first.empty())
      trace_.first = what + " " + in_quotes(trace.name) + where;
  }

  void trace_weights() {
    for (const ParameterEntry& entry : parameters_.entries()) {
      const Tensor value = parameters_.get(entry.name);
      trace_.weights.push_back(trace_of(entry.name, entry.shape, value.elements<float>()));
      note(trace_.weights.back(), is_state(entry.role) ? "the running statistic" : "the weight",
           " before the forward pass");
    }
  }

  void trace_outputs(const Plan& plan) {
    const std::vector<TensorSpec> specs = made_.graph.infer(step_.batch.size);
    for (std::size_t id = 0; id < made_.graph.nodes().size(); ++id) {
      const Node& node = made_.graph.nodes()[id];
      if (node.op == nullptr) continue;
      const std::vector<float> host = backend_.download_floats(plan.value(static_cast<NodeId>(id)));
      const bool is_loss = static_cast<NodeId>(id) == made_.graph.output();
      trace_.outputs.push_back(trace_of(is_loss ? "loss" : node.name, specs[id].shape, host));
      note(trace_.outputs.back(), is_loss ? "the" : "the output of layer", " in the forward pass");
      if (is_loss) trace_.loss = static_cast<double>(host.front());
    }
  }

  void trace_gradients() {
    const auto entries = parameters_.entries();
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (is_state(entry->role)) continue;
      const Tensor grad = parameters_.get_grad(entry->name);
      trace_.gradients.push_back(trace_of(entry->name, entry->shape, grad.elements<float>()));
      note(trace_.gradients.back(), "the gradient of", " in the backward pass");
    }
  }

  const TracedStep& step_;
  Parameters& parameters_;
  const Backend& backend_;
  LossGraph made_;
  StepTrace trace_;
};

}  // namespace

StepTrace trace_step(const TracedStep& step, Parameters& parameters) {
  return Tracer(step, parameters).run();
}

}  // namespace lehr
