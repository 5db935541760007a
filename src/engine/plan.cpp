#include "lehr/engine/plan.hpp"

#include <algorithm>
#include <map>

#include "engine/probes.hpp"
#include "engine/tensors.hpp"
#include "lehr/core/clock.hpp"
#include "lehr/core/error.hpp"
#include "lehr/core/parallel.hpp"
#include "lehr/core/pimpl.hpp"
#include "lehr/core/text.hpp"
#include "lehr/core/thread_scope.hpp"

namespace lehr {
namespace {

/// The addresses of one step's tensors; KernelArgs points into these vectors.
struct StepAddresses {
  std::vector<const void*> inputs;
  std::vector<void*> parameters;
  std::vector<void*> saved;
  std::vector<void*> input_grads;
  std::vector<void*> parameter_grads;
  KernelArgs args;
};

std::string step_name(const Graph& graph, const Step& step) {
  std::string name;
  for (const NodeId node : step.nodes) name += (name.empty() ? "" : " + ") + graph.node(node).name;
  return name;
}

std::map<NodeId, std::vector<const ParameterEntry*>> entries_by_node(const Parameters& parameters) {
  std::map<NodeId, std::vector<const ParameterEntry*>> by_node;
  for (const ParameterEntry& entry : parameters.entries()) by_node[entry.node].push_back(&entry);
  return by_node;
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
  int threads;  // that kernels are prepared for
  PlanTensors tensors;
  ArenaLayout layout;
  PlanMemory memory;
  NodeId output;
  std::vector<StepInfo> infos;
  std::vector<StepAddresses> addresses;
  std::map<NodeId, const void*> bound;  // inputs of the graph
  std::shared_ptr<PlanRoom> room;
  std::byte* arena = nullptr;  // as the addresses were made
  void* workspace = nullptr;
  std::vector<StepTime> times;
  Probes probes;
  bool timing = false;
  std::size_t forward_done = 0;  // steps of the present forward pass
  bool backward_done = false;    // its values have made room for gradients

  State(const Graph& graph, Parameters& parameters, const PlanOptions& given)
      : backend(parameters.backend()),
        options(given),
        threads(lehr::threads()),
        tensors(plan_tensors(make_steps(graph, backend, options), graph, backend, options)),
        layout(plan_arena(tensors.allocations)),
        output(graph.output()),
        room(options.room ? options.room : std::make_shared<PlanRoom>(backend)),
        times(tensors.steps.size()),
        probes(backend, options.probes, tensors) {
    for (const NodeId input : graph.inputs()) bound[input] = nullptr;
    describe(graph);
    const auto entries = entries_by_node(parameters);
    for (const PlannedStep& planned : tensors.steps) {
      StepAddresses& at = addresses.emplace_back();
      const auto found = entries.find(planned.step.nodes.front());
      if (found == entries.end()) continue;
      for (const ParameterEntry* entry : found->second) {
        at.parameters.push_back(parameters.value(*entry));
        at.parameter_grads.push_back(parameters.grad(*entry));
      }
    }
  }

  void describe(const Graph& graph) {
    for (const PlannedStep& planned : tensors.steps) {
      infos.push_back({planned.step.nodes, step_name(graph, planned.step), planned.step.spec.type,
                       planned.kernel->implementation(), planned.has_backward});
      memory.workspace = std::max(memory.workspace, planned.kernel->workspace());
    }
    memory.arena = layout.bytes;
    for (const Allocation& allocation : tensors.allocations) memory.without_sharing += allocation.bytes;
  }

  void* address(Slot slot) const { return arena + layout.offsets[slot]; }

  /// Whether the value lies in the arena, and not in a graph input that the node is or shows.
  bool owns_value(NodeId node) const {
    const auto root = static_cast<std::size_t>(tensors.root[static_cast<std::size_t>(node)]);
    return tensors.value[root].has_value();
  }

  const void* value_address(NodeId node) const {
    const auto root = static_cast<std::size_t>(tensors.root[static_cast<std::size_t>(node)]);
    if (tensors.value[root]) return address(*tensors.value[root]);
    return bound.at(static_cast<NodeId>(root));
  }

  void* grad_address(NodeId node) const {
    const auto root = static_cast<std::size_t>(tensors.root[static_cast<std::size_t>(node)]);
    return tensors.grad[root] ? address(*tensors.grad[root]) : nullptr;
  }

  // Allocates at the first run, so that a plan can be asked what it would need without paying for it.
  void enter_room() {
    room->begin(this, layout.bytes, memory.workspace);
    if (arena == room->arena() && workspace == room->workspace()) return;
    arena = room->arena();
    workspace = room->workspace();
    for (std::size_t i = 0; i < tensors.steps.size(); ++i) {
      const PlannedStep& planned = tensors.steps[i];
      StepAddresses& at = addresses[i];
      at.inputs.clear();
      at.saved.clear();
      at.input_grads.clear();
      for (const NodeId input : planned.step.inputs) at.inputs.push_back(value_address(input));
      for (const Slot slot : planned.saved) at.saved.push_back(address(slot));
      for (const std::optional<Slot>& slot : planned.input_grads) {
        at.input_grads.push_back(slot ? address(*slot) : nullptr);
      }
      at.args.inputs = at.inputs;
      at.args.output = const_cast<void*>(value_address(planned.step.output()));
      at.args.parameters = at.parameters;
      at.args.saved = at.saved;
      at.args.workspace = workspace;
      at.args.output_grad = grad_address(planned.step.output());
      at.args.input_grads = at.input_grads;
      at.args.parameter_grads = at.parameter_grads;
      at.args.seed = options.seed;
    }
  }

  // A newly bound input changes the addresses of the steps that read it, directly or through an alias.
  void rebind(NodeId input) {
    for (std::size_t i = 0; i < tensors.steps.size(); ++i) {
      const std::vector<NodeId>& inputs = tensors.steps[i].step.inputs;
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        if (tensors.root[static_cast<std::size_t>(inputs[k])] == input)
          addresses[i].inputs[k] = bound.at(input);
      }
    }
  }

  void check_bound() const {
    for (const auto& [input, data] : bound) {
      if (data == nullptr)
        throw BadInput("input " + std::to_string(input) + " of the plan is not bound to data");
    }
  }

  template <class Run>
  void timed(double& seconds, const Run& run) {
    if (!timing) return run();
    const Stopwatch watch;
    run();
    seconds += watch.seconds();
  }

  /// The step whose output the node is.
  std::size_t step_of(NodeId node) const {
    const auto found = std::ranges::find(tensors.steps, node,
                                         [](const PlannedStep& planned) { return planned.step.output(); });
    if (found != tensors.steps.end()) return static_cast<std::size_t>(found - tensors.steps.begin());
    throw Error("node " + std::to_string(node) + " is not the output of a step");
  }

  void begin(std::uint64_t step) {
    check_bound();
    enter_room();
    forward_done = 0;
    backward_done = false;
    probes.begin_batch();
    for (StepAddresses& at : addresses) at.args.step = step;
  }

  void check_room() const {
    if (arena != nullptr && room->belongs_to(this)) return;
    throw Error(arena == nullptr ? "the plan has not run yet"
                                 : "another plan has run since in the memory that the two share");
  }

  void forward_until(std::size_t end) {
    const ThreadScope scope(threads);
    for (; forward_done < end; ++forward_done) run_forward(forward_done);
  }

  /// What they took within the kernel is not the step's time.
  void end_probes(double& seconds) {
    const double within = probes.end();
    if (timing) seconds -= within;
  }

  void run_forward(std::size_t i) {
    Kernel& kernel = *tensors.steps[i].kernel;
    KernelArgs& args = addresses[i].args;
    args.output_probe = probes.begin_forward(i, [&](NodeId node) { return value_address(node); });
    if (!kernel.is_alias()) timed(times[i].forward_seconds, [&] { kernel.forward(args); });
    end_probes(times[i].forward_seconds);
  }

  void run_backward(std::size_t i) {
    if (!tensors.steps[i].has_backward) return;
    KernelArgs& args = addresses[i].args;
    args.input_grad_probes = probes.begin_backward(i, [&](NodeId node) { return grad_address(node); });
    timed(times[i].backward_seconds, [&] {
      tensors.steps[i].kernel->backward(args);
      for (const PlannedStep::Accumulation& sum : tensors.steps[i].accumulations) {
        backend.accumulate(static_cast<float*>(address(sum.to)), static_cast<const float*>(address(sum.from)),
                           sum.count);
      }
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

void Plan::bind_input(NodeId input, const void* data) {
  const auto found = used(state_)->bound.find(input);
  if (found == used(state_)->bound.end())
    throw Error("node " + std::to_string(input) + " is not an input of the graph");
  if (found->second == data) return;
  found->second = data;
  if (used(state_)->arena) used(state_)->rebind(input);
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
  used(state_)->check_room();
  used(state_)->forward_until(used(state_)->tensors.steps.size());
}

void Plan::backward(float factor) {
  if (used(state_)->options.mode != Mode::train)
    throw Error("a plan made for evaluation has no backward pass");
  if (used(state_)->arena == nullptr || used(state_)->forward_done < used(state_)->tensors.steps.size()) {
    throw Error("backward was called before forward was done");
  }
  used(state_)->check_room();
  if (used(state_)->backward_done) throw Error("backward was called twice after one forward");
  used(state_)->backward_done = true;
  if (void* loss_grad = used(state_)->grad_address(used(state_)->output)) {
    used(state_)->backend.copy_in(loss_grad, &factor, sizeof factor);
  }
  const ThreadScope scope(used(state_)->threads);
  for (std::size_t i = used(state_)->tensors.steps.size(); i-- > 0;) used(state_)->run_backward(i);
}

const void* Plan::value(NodeId node) const {
  const bool kept = node == used(state_)->output || used(state_)->bound.contains(node) ||
                    std::ranges::find(used(state_)->options.keep, node) != used(state_)->options.keep.end();
  if (!kept)
    throw Error("the value of node " + std::to_string(node) + " is not kept: name it in PlanOptions::keep");
  used(state_)->check_room();
  return used(state_)->value_address(node);
}

void Plan::set_value(NodeId node, const void* host) {
  if (host == nullptr) throw BadInput("a value to set was expected, found null");
  if (!used(state_)->owns_value(node)) throw Error("the value of a graph's input is set by bind_input");
  void* address = const_cast<void*>(value(node));
  const std::size_t step = used(state_)->step_of(node);
  if (step >= used(state_)->forward_done) {
    throw Error("the value of node " + std::to_string(node) + " was set before it was computed");
  }
  used(state_)->backend.copy_in(address, host, used(state_)->tensors.steps[step].step.spec.output.bytes());
}

void Plan::probe(bool on) { used(state_)->probes.turn(on); }
std::span<const TensorStats> Plan::probed() const { return used(state_)->probes.results(); }
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
