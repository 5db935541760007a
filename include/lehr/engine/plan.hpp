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

/// A tensor whose statistics a plan computes when it computes the tensor, for one reader. If
/// several specs name one tensor, its statistics are computed once, unless the thresholds differ.
struct ProbeSpec {
  NodeId node = 0;        ///< the node's output
  bool gradient = false;  ///< or the gradient of the node's output; only in training
  StatsSpec stats{};
  friend bool operator==(const ProbeSpec&, const ProbeSpec&) = default;
};

struct PlanOptions {
  std::int64_t batch_size = 1;
  Mode mode = Mode::train;
  bool fuse = true;            ///< false: one step per node, for tests and for reading every tensor
  std::uint64_t seed = 0;      ///< for layers that draw random numbers
  std::vector<NodeId> keep{};  ///< nodes whose values stay readable, also after backward
  /// Nodes whose parameters get no gradient. backward skips what only these gradients need, and the
  /// entries in Parameters::grads() keep their values.
  std::vector<NodeId> frozen{};
  std::vector<ProbeSpec> probes{};  ///< a probed node is not fused with the activation that follows it
  /// Memory that the plan shares with other plans; null: its own memory.
  std::shared_ptr<PlanRoom> room{};
};

/// Description of one step of a plan, for messages and tests.
struct StepInfo {
  std::vector<NodeId> nodes;   ///< the nodes of the step; its output is the last node's
  std::string name;            ///< "layer1.0.bn1 + relu"
  std::string type;            ///< type of the first node
  std::string implementation;  ///< name of the kernel
  bool has_backward = false;
};

/// Wall-clock time of one step since time_steps(true).
struct StepTime {
  double forward_seconds = 0;
  double backward_seconds = 0;
};

/// Bytes that a plan needs, known before any allocation.
struct PlanMemory {
  /// Activations, their gradients and tensors kept for backward, with sharing.
  std::size_t arena = 0;
  std::size_t without_sharing = 0;  ///< the same tensors without shared memory
  std::size_t workspace = 0;
};

/// A graph compiled for one batch size, mode, backend and thread count. It has an ordered list of
/// steps with their fusions, prepared kernels, and one arena whose offsets come from liveness
/// analysis. Running a plan allocates nothing, except the arena at the first run. A plan always
/// runs on the number of threads that threads() returned when it was made.
///
/// In training, the output node must be a single number (a loss). backward differentiates it.
class Plan {
 public:
  /// Keeps a reference to the parameters, which must outlive the plan. Throws BadInput if the graph
  /// cannot be computed at this batch size.
  Plan(const Graph& graph, Parameters& parameters, const PlanOptions& options);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// Sets the values of a graph input, in host memory. Images are channels-last. The plan reads the
  /// memory during forward and backward. If its contents change, bind it again. Throws BadInput if
  /// the element type or the count does not match.
  void bind_input(NodeId input, const HostData& data);
  /// The same for memory of the backend, in its layout for activations.
  void bind_input(NodeId input, const ConstTensorRef& tensor);

  /// Computes all steps. `step` is the number of the batch, for layers that draw random numbers. It
  /// is used only in training.
  void forward(std::uint64_t step = 0);
  /// forward in two parts: forward_to runs all steps up to and including the one that computes
  /// `node`, and forward_rest runs the others. Between them, the value of a node named in `keep`
  /// can be read and replaced. Throws Error if no step ends in `node`: it is an input, or it is
  /// fused with its activation. Naming the node in `keep` prevents that fusion.
  void forward_to(NodeId node, std::uint64_t step = 0);
  void forward_rest();
  /// Overwrites the value of a node named in `keep`, with elements in the backend's layout. The
  /// remaining steps and backward use the new value. Throws Error as value() does, if the node is
  /// an input of the graph, and if the node has not been computed yet.
  void set_value(NodeId node, const HostData& data);
  /// Computes all parameter gradients after a forward in training mode. The gradients overwrite
  /// values that forward computed, so call it once per forward. The loss is multiplied by `factor`.
  void backward(float factor = 1);

  /// The value of the graph's output, of a graph input or of a node named in `keep`, after a run.
  /// Valid until the next run. Throws Error for any other node, because several tensors share its
  /// memory, and if another plan has since run in the same room.
  ConstTensorRef value(NodeId node) const;

  /// Selects which of PlanOptions::probes the next runs measure, in the same order. Empty means
  /// none, the initial state. The statistics are computed in the steps that produce the tensors or
  /// right after them.
  void measure(const std::vector<bool>& wanted);
  /// The statistics of one of PlanOptions::probes from the last run. If that run did not measure
  /// it, count and non_finite are 0. Valid until the next run.
  const TensorStats& measured(std::size_t probe) const;
  /// Time spent on measuring since the last forward pass began.
  double last_probe_seconds() const;

  const PlanOptions& options() const;
  /// The value of threads() when the plan was made.
  int threads() const;
  std::span<const StepInfo> steps() const;
  const PlanMemory& memory() const;

  /// Starts or stops the timing of every step. It is off by default, because it costs two clock
  /// readings per step.
  void time_steps(bool on);
  /// One entry per step, in the order of steps().
  std::span<const StepTime> times() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lehr
