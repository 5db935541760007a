#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// One parameter of a model and its place in the flat buffers.
struct ParameterEntry {
  std::string name;  ///< PyTorch's full name: "layer1.0.conv1.weight"
  ParameterRole role = ParameterRole::weight;
  Shape shape;
  Strides strides{};        ///< of the elements in the flat buffer: the backend's layout
  std::int64_t offset = 0;  ///< elements from the start of values() or, for a state, of states()
  NodeId node = 0;
};

/// All parameters of a model in one flat buffer of f32, all gradients in another of the same layout, running
/// states in a third. Each entry starts at a multiple of 64 bytes; the gaps hold zeros and stay zero under
/// every optimizer.
///
/// They stay where they are, since plans refer to them: snapshot() copies them. The backend must
/// outlive them. Several threads may read them at once, but not while a training or anybody else writes.
class Parameters {
 public:
  /// All zeros.
  Parameters(const Graph& graph, const Backend& backend);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// A copy of values, gradients and states that nothing changes afterwards:
  /// `const auto best = learner.parameters().snapshot();`
  std::unique_ptr<Parameters> snapshot() const;
  /// Takes over values, gradients and states: `learner.parameters().restore(*best)`. Throws BadInput unless
  /// these are parameters of the same names and shapes.
  void restore(const Parameters& snapshot);

  std::span<const ParameterEntry> entries() const { return entries_; }
  /// Throws BadInput with the nearest name if there is none such.
  const ParameterEntry& entry(std::string_view name) const;

  /// The flat buffers in the backend's memory, gaps included: trained values, their gradients, states.
  /// `parameters.backend().download_floats(parameters.values())` is a copy on the host.
  TensorRef values() { return values_.ref(); }
  ConstTensorRef values() const { return values_.ref(); }
  TensorRef grads() { return grads_.ref(); }
  ConstTensorRef grads() const { return grads_.ref(); }
  TensorRef states() { return states_.ref(); }
  ConstTensorRef states() const { return states_.ref(); }

  /// An entry in the flat buffers; a state has no gradient, which gives a reference to nothing.
  TensorRef value(const ParameterEntry& entry);
  ConstTensorRef value(const ParameterEntry& entry) const;
  TensorRef grad(const ParameterEntry& entry);
  ConstTensorRef grad(const ParameterEntry& entry) const;

  /// Host copies in PyTorch's order (row-major), for saving, loading and comparing. Setters take any strides
  /// and throw BadInput if the shape differs; those of gradients throw Error for a running statistic.
  Tensor get(std::string_view name) const;
  Tensor get_grad(std::string_view name) const;
  void set(std::string_view name, const Tensor& value);
  void set_grad(std::string_view name, const Tensor& value);

  const Backend& backend() const { return *backend_; }

 private:
  struct Copied {};
  Parameters(const Parameters& other, Copied);

  const Backend* backend_;
  std::vector<ParameterEntry> entries_;
  std::int64_t trained_ = 0;
  std::int64_t state_ = 0;
  Buffer values_;
  Buffer grads_;
  Buffer states_;
};

}  // namespace lehr
