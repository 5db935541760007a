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
  Strides strides{};        ///< strides in the flat buffer, in the backend's layout
  std::int64_t offset = 0;  ///< elements from the start of values() or, for a state, of states()
  NodeId node = 0;
};

/// All parameters of a model in one flat buffer of f32. The gradients are in another buffer with
/// the same layout, and the running states are in a third. Each entry starts at a multiple of 64
/// bytes. The gaps hold zeros, and every optimizer keeps them at zero.
///
/// A Parameters object cannot be moved or copied, because plans refer to it; snapshot() makes a
/// copy. The backend must outlive it. Several threads may read it at once, but not while training
/// or another thread writes.
class Parameters {
 public:
  /// Fills all buffers with zeros.
  Parameters(const Graph& graph, const Backend& backend);
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  /// An independent copy of values, gradients and states:
  std::unique_ptr<Parameters> snapshot() const;
  /// Copies values, gradients and states from the snapshot: `learner.parameters().restore(*best)`.
  /// Throws BadInput unless the snapshot has the same names and shapes.
  void restore(const Parameters& snapshot);

  std::span<const ParameterEntry> entries() const { return entries_; }
  /// Throws BadInput, with the nearest name, if there is no such entry.
  const ParameterEntry& entry(std::string_view name) const;

  /// The flat buffers in the backend's memory, including the gaps: trained values, their gradients,
  /// states. To copy one to the host, call
  /// `parameters.backend().download_floats(parameters.values())`.
  TensorRef values() { return values_.ref(); }
  ConstTensorRef values() const { return values_.ref(); }
  TensorRef grads() { return grads_.ref(); }
  ConstTensorRef grads() const { return grads_.ref(); }
  TensorRef states() { return states_.ref(); }
  ConstTensorRef states() const { return states_.ref(); }

  /// One entry in the flat buffers. grad() of a state returns an empty reference, because a state
  /// has no gradient.
  TensorRef value(const ParameterEntry& entry);
  ConstTensorRef value(const ParameterEntry& entry) const;
  TensorRef grad(const ParameterEntry& entry);
  ConstTensorRef grad(const ParameterEntry& entry) const;

  /// Host copies in PyTorch's order (row-major), for saving, loading and comparing. Setters accept
  /// any strides and throw BadInput if the shape differs. Getter and setter of a gradient throw
  /// Error for a running statistic.
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
