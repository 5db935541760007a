#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/engine/parameters.hpp"
#include "lehr/engine/plan_room.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

enum class Mode { train, eval };

/// A tensor that a plan measures as it computes it, for one reader. A tensor that several specs name is
/// measured once, unless their thresholds differ.
struct ProbeSpec {
  NodeId node = 0;        ///< its output
  bool gradient = false;  ///< or the gradient of its output; training only
  StatsSpec stats{};
  friend bool operator==(const ProbeSpec&, const ProbeSpec&) = default;
};

struct PlanOptions {
  std::int64_t batch_size = 1;
  Mode mode = Mode::train;
  bool fuse = true;            ///< false keeps one step a node: for tests and for looking at every tensor
  std::uint64_t seed = 0;      ///< for layers that draw random numbers
  std::vector<NodeId> keep{};  ///< nodes whose values stay readable, also after backward
  /// Nodes whose parameters get no gradient: what backward need not compute for them it leaves out, and the
  /// entries in Parameters::grads() stay as they are.
  std::vector<NodeId> frozen{};
  std::vector<ProbeSpec> probes{};   ///< a probed node is not fused with the activation behind it
  std::shared_ptr<PlanRoom> room{};  ///< where it computes, in turn with other plans; null: in its own
};

/// One step of a plan, for people and tests.
struct StepInfo {
  std::vector<NodeId> nodes;   ///< the nodes it computes, the last one's output being the step's
  std::string name;            ///< "layer1.0.bn1 + relu"
  std::string type;            ///< of the first node
  std::string implementation;  ///< what runs
  bool has_backward = false;
};

/// Wall-clock time of one step since timing began.
struct StepTime {
  double forward_seconds = 0;
  double backward_seconds = 0;
};

/// Bytes that a plan needs, known before anything is allocated.
struct PlanMemory {
  std::size_t arena = 0;            ///< activations, their gradients and what backward keeps, after sharing
  std::size_t without_sharing = 0;  ///< the same tensors side by side
  std::size_t workspace = 0;
};

/// A graph compiled for one batch size, mode, backend and thread count: steps in order with their fusions,
/// kernels prepared, one arena whose offsets come from liveness. Running it allocates nothing but, at the
/// first run, the arena. It always runs on as many threads as threads() said when it was made.
///
/// Training differentiates the output node, which must be a single number (a loss).
class Plan {
 public:
  /// Keeps references to parameters; both must outlive the plan. Throws BadInput where the graph cannot be
  /// computed at this batch size.
  Plan(const Graph& graph, Parameters& parameters, const PlanOptions& options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// The values of a graph input, in host memory: images channels-last. The plan reads them during forward
  /// and backward; bind them again if they change. Throws BadInput if the element type or count is another.
  void bind_input(NodeId input, const HostData& data);
  /// The same in the backend's memory, in its layout for activations.
  void bind_input(NodeId input, const ConstTensorRef& tensor);

  /// Computes all steps. Training only: `step` numbers the batch for layers that draw random numbers.
  void forward(std::uint64_t step = 0);
  /// The same in two parts: all steps up to and with the one that computes `node`, then the others. Between
  /// them the value of a node named in `keep` can be looked at and replaced. Throws Error where no step ends
  /// in `node`: it is an input, or fused with its activation, which keeping it prevents.
  void forward_to(NodeId node, std::uint64_t step = 0);
  void forward_rest();
  /// Overwrites the value of a node named in `keep`, with elements in the backend's layout; the steps still
  /// to run, and backward, see the new one. Throws Error as value() does, for a value that is an input of the
  /// graph, and if the node has not been computed yet.
  void set_value(NodeId node, const HostData& data);
  /// Computes all gradients of parameters after a forward in training mode, once for each: gradients take the
  /// place of values. The loss counts times `factor`.
  void backward(float factor = 1);

  /// The value of the graph's output, of a graph input or of a node named in `keep` after a run, valid until
  /// the next one. Throws Error for any other node, whose memory serves several tensors, and if another plan
  /// has since run in the same room.
  ConstTensorRef value(NodeId node) const;

  /// Says which of PlanOptions::probes the next runs measure, in their order; empty: none, as at first.
  /// Tensors are measured within the steps that produce them or right after them.
  void measure(const std::vector<bool>& wanted);
  /// What the last run measured for one of PlanOptions::probes. Without a value (no count and nothing that is
  /// not finite) if the run did not measure it. Valid until the next run.
  const TensorStats& measured(std::size_t probe) const;
  /// Time spent on measuring since the last forward pass began.
  double last_probe_seconds() const;

  const PlanOptions& options() const;
  /// What threads() said when the plan was made.
  int threads() const;
  std::span<const StepInfo> steps() const;
  const PlanMemory& memory() const;

  /// Begins to time every step (or ends it); off by default, since it costs two clock readings a step.
  void time_steps(bool on);
  /// One entry a step, in the order of steps().
  std::span<const StepTime> times() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
