#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lehr/backend/backend.hpp"
#include "lehr/core/tensor.hpp"
#include "lehr/graph/graph.hpp"

namespace lehr {

/// One parameter of a model and its place in the flat buffers.
struct ParameterEntry {
  std::string name;  ///< PyTorch's full name: "layer1.0.conv1.weight"
  ParameterRole role = ParameterRole::weight;
  Shape shape;
  Strides strides{};        ///< of the elements in the flat buffer
  std::int64_t offset = 0;  ///< elements from the start of values() or, for a state, of states()
  NodeId node = 0;
};

/// All parameters of a model in one flat buffer of f32, all gradients in another of the same layout, running
/// states in a third. Each entry starts at a multiple of 64 bytes; the gaps hold zeros and stay zero under
/// every optimizer.
///
/// They stay where they are, since plans hold their addresses: snapshot() copies them. The backend must
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

  /// Trained values and their gradients, gaps included.
  std::span<float> values() { return {values_.get(), static_cast<std::size_t>(trained_)}; }
  std::span<const float> values() const { return {values_.get(), static_cast<std::size_t>(trained_)}; }
  std::span<float> grads() { return {grads_.get(), static_cast<std::size_t>(trained_)}; }
  std::span<const float> grads() const { return {grads_.get(), static_cast<std::size_t>(trained_)}; }
  std::span<float> states() { return {states_.get(), static_cast<std::size_t>(state_)}; }
  std::span<const float> states() const { return {states_.get(), static_cast<std::size_t>(state_)}; }

  /// Addresses of an entry in the flat buffers; the gradient of a state is null.
  float* value(const ParameterEntry& entry) const;
  float* grad(const ParameterEntry& entry) const;

  /// Host copies in PyTorch's order (row-major), for saving, loading and comparing. Those that set throw
  /// BadInput where the shape differs, those of gradients Error for a running statistic.
  Tensor get(std::string_view name) const;
  Tensor get_grad(std::string_view name) const;
  void set(std::string_view name, const Tensor& value);
  void set_grad(std::string_view name, const Tensor& value);

  const Backend& backend() const { return *backend_; }

 private:
  struct Copied {};
  Parameters(const Parameters& other, Copied);
  void copy_from_host(const ParameterEntry& entry, const Tensor& given, float* to);

  const Backend* backend_;
  std::vector<ParameterEntry> entries_;
  std::int64_t trained_ = 0;
  std::int64_t state_ = 0;
  std::shared_ptr<float> values_;
  std::shared_ptr<float> grads_;
  std::shared_ptr<float> states_;
};

}  // namespace lehr
