#include "lehr/engine/plan.hpp"

#include <algorithm>

#include "engine/bindings.hpp"
#include "engine/probes.hpp"
#include "engine/tensors.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/pimpl.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"

namespace lehr {
namespace {

std::string step_name(const Graph& graph, const Step& step) {
  std::string name;
  for (const NodeId node : step.nodes) name += (name.empty() ? "" : " + ") + graph.node(node).name;
  return name;
}

bool is_same(const ParameterEntry& entry, const Node& node, const ParameterSpec& spec) {
  return entry.name == node.name + "." + spec.name && entry.shape == spec.shape && entry.role == spec.role;
}

void check_parameters(const Graph& graph, const Parameters& parameters) {
  const auto entries = parameters.entries();
  std::size_t at = 0;
  for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
    const Node& node = graph.nodes()[id];
    for (const ParameterSpec& spec : node.parameters) {
      const bool there = at < entries.size() && entries[at].node == static_cast<NodeId>(id);
      if (!there || !is_same(entries[at], node, spec)) {
        throw BadInput("the parameters are not the graph's: expected " +
                       in_quotes(node.name + "." + spec.name) + " of shape " + spec.shape.str() + ", found " +
                       (at < entries.size()
                            ? in_quotes(entries[at].name) + " of shape " + entries[at].shape.str()
                            : std::string("none")));
      }
      ++at;
    }
  }
}

void check_node(const Graph& graph, NodeId node) {
  if (node >= 0 && static_cast<std::size_t>(node) < graph.nodes().size()) return;
  throw BadInput("the graph has " + std::to_string(graph.nodes().size()) +
                 " nodes, counted from 0, found number " + std::to_string(node));
}

void check_nodes(const Graph& graph, const PlanOptions& options) {
  if (graph.nodes().empty()) throw BadInput("the graph is empty: it has no nodes");
  for (const NodeId node : options.keep) check_node(graph, node);
  for (const NodeId node : options.frozen) check_node(graph, node);
  for (const ProbeSpec& probe : options.probes) check_node(graph, probe.node);
}

void check_loss(const Graph& graph, const PlanOptions& options) {
  const Shape& shape = graph.node(graph.output()).output.shape;
  if (options.mode == Mode::train && shape.numel() != 1) {
    throw BadInput("training needs a loss of one number as the graph's output, found shape " + shape.str());
  }
}

}  // namespace

struct Plan::State {
  const Backend& backend;
  PlanOptions options;
  int threads;  // the number of threads that the kernels are prepared for
  PlanTensors tensors;
  PlanBindings bindings;
  PlanMemory memory;
  NodeId output;
  std::vector<StepInfo> infos;
  std::vector<StepTime> times;
  Probes probes;
  bool timing = false;
  std::size_t forward_done = 0;  // steps done in the current forward pass
  bool backward_done = false;    // gradients have overwritten the values

  State(const Graph& graph, Parameters& parameters, const PlanOptions& given)
      : backend(parameters.backend()),
        options(given),
        threads(lehr::threads()),
        tensors(plan_tensors(make_steps(graph, backend, options), graph, backend, options)),
        bindings(graph, parameters, tensors, options),
        output(graph.output()),
        times(tensors.steps.size()),
        probes(backend, options.probes, tensors) {
    describe(graph);
  }

  void describe(const Graph& graph) {
    for (const PlannedStep& planned : tensors.steps) {
      infos.push_back({planned.step.nodes, step_name(graph, planned.step), planned.step.spec.type,
                       planned.kernel->implementation(), planned.has_backward});
      memory.workspace = std::max(memory.workspace, planned.kernel->workspace());
    }
    memory.arena = bindings.layout().bytes;
    for (const Allocation& allocation : tensors.allocations) memory.without_sharing += allocation.bytes;
  }

  template <class Run>
  void timed(double& seconds, const Run& run) {
    if (!timing) return run();
    const double begin = backend.time_stamp();
    run();
    seconds += backend.time_stamp() - begin;
  }

  /// The step that ends in this node.
  std::size_t step_of(NodeId node) const {
    const auto found = std::ranges::find(tensors.steps, node,
                                         [](const PlannedStep& planned) { return planned.step.output(); });
    if (found != tensors.steps.end()) return static_cast<std::size_t>(found - tensors.steps.begin());
    throw Error("node " + std::to_string(node) + " is not the output of a step");
  }

  void begin(std::uint64_t step) {
    bindings.check_inputs();
    bindings.enter(memory.workspace);
    forward_done = 0;
    backward_done = false;
    probes.begin_batch();
    for (std::size_t i = 0; i < tensors.steps.size(); ++i) bindings.step(i).run.step = step;
  }

  void forward_until(std::size_t end) {
    const ThreadScope scope(threads);
    for (; forward_done < end; ++forward_done) run_forward(forward_done);
  }

  /// Ends the probes. Subtracts the time that they took inside the kernel from the step's time.
  void end_probes(double& seconds) {
    const double within = probes.end();
    if (timing) seconds -= within;
  }

  void run_forward(std::size_t i) {
    Kernel& kernel = *tensors.steps[i].kernel;
    KernelRun& run = bindings.step(i).run;
    run.output_probe = probes.begin_forward(i, [&](NodeId node) { return bindings.value(node); });
    if (!kernel.is_alias()) timed(times[i].forward_seconds, [&] { kernel.run_forward(run); });
    end_probes(times[i].forward_seconds);
  }

  void run_backward(std::size_t i) {
    if (!tensors.steps[i].has_backward) return;
    StepTensors& at = bindings.step(i);
    at.run.input_grad_probes = probes.begin_backward(i, [&](NodeId node) { return bindings.grad(node); });
    timed(times[i].backward_seconds, [&] {
      tensors.steps[i].kernel->run_backward(at.run);
      for (const StepTensors::Sum& sum : at.sums) backend.accumulate(sum.to, sum.from);
    });
    end_probes(times[i].backward_seconds);
  }
};

namespace {

template <class State>
const std::unique_ptr<State>& used(const std::unique_ptr<State>& state) {
  if (!state) detail::throw_moved_from("a Plan");
  return state;
}

}  // namespace

Plan::Plan(const Graph& graph, Parameters& parameters, const PlanOptions& options) {
  if (options.batch_size < 1) {
    throw BadInput("the batch size must be 1 or more, found " + std::to_string(options.batch_size));
  }
  check_nodes(graph, options);
  check_parameters(graph, parameters);
  check_loss(graph, options);
  state_ = std::make_unique<State>(graph, parameters, options);
}

Plan::~Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;

void Plan::bind_input(NodeId input, const HostData& data) { used(state_)->bindings.bind_input(input, data); }

void Plan::bind_input(NodeId input, const ConstTensorRef& tensor) {
  used(state_)->bindings.bind_input(input, tensor);
}

void Plan::forward(std::uint64_t step) {
  used(state_)->begin(step);
  used(state_)->forward_until(used(state_)->tensors.steps.size());
}

void Plan::forward_to(NodeId node, std::uint64_t step) {
  const std::size_t end = used(state_)->step_of(node) + 1;
  used(state_)->begin(step);
  used(state_)->forward_until(end);
}

void Plan::forward_rest() {
  used(state_)->bindings.check_room();
  used(state_)->forward_until(used(state_)->tensors.steps.size());
}

void Plan::backward(float factor) {
  if (used(state_)->options.mode != Mode::train)
    throw Error("a plan made for evaluation has no backward pass");
  if (!used(state_)->bindings.has_run() || used(state_)->forward_done < used(state_)->tensors.steps.size()) {
    throw Error("backward was called before forward was done");
  }
  used(state_)->bindings.check_room();
  if (used(state_)->backward_done) throw Error("backward was called twice after one forward");
  used(state_)->backward_done = true;
  if (const TensorRef loss_grad = used(state_)->bindings.grad(used(state_)->output)) {
    used(state_)->backend.fill(loss_grad, factor);
  }
  const ThreadScope scope(used(state_)->threads);
  for (std::size_t i = used(state_)->tensors.steps.size(); i-- > 0;) used(state_)->run_backward(i);
}

ConstTensorRef Plan::value(NodeId node) const {
  const bool kept = node == used(state_)->output || used(state_)->bindings.is_input(node) ||
                    std::ranges::find(used(state_)->options.keep, node) != used(state_)->options.keep.end();
  if (!kept)
    throw Error("the value of node " + std::to_string(node) + " is not kept: name it in PlanOptions::keep");
  used(state_)->bindings.check_room();
  return used(state_)->bindings.value(node);
}

void Plan::set_value(NodeId node, const HostData& data) {
  if (data.data == nullptr) throw BadInput("a value to set was expected, found null");
  if (used(state_)->bindings.is_input(used(state_)->tensors.root[static_cast<std::size_t>(node)])) {
    throw Error("the value of a graph's input is set by bind_input");
  }
  value(node);
  const std::size_t step = used(state_)->step_of(node);
  if (step >= used(state_)->forward_done) {
    throw Error("the value of node " + std::to_string(node) + " was set before it was computed");
  }
  used(state_)->backend.upload(used(state_)->bindings.own_value(node), data);
}

void Plan::measure(const std::vector<bool>& wanted) { used(state_)->probes.choose(wanted); }
const TensorStats& Plan::measured(std::size_t probe) const { return used(state_)->probes.result(probe); }
double Plan::last_probe_seconds() const { return used(state_)->probes.seconds(); }

int Plan::threads() const { return used(state_)->threads; }
const PlanOptions& Plan::options() const { return used(state_)->options; }
std::span<const StepInfo> Plan::steps() const { return used(state_)->infos; }
const PlanMemory& Plan::memory() const { return used(state_)->memory; }

void Plan::time_steps(bool on) {
  used(state_)->timing = on;
  std::ranges::fill(used(state_)->times, StepTime{});
}

std::span<const StepTime> Plan::times() const { return used(state_)->times; }

}  // namespace lehr
