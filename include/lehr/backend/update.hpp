#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/tensor_ref.hpp"
#include "lehr/core/attributes.hpp"

namespace lehr {

/// One optimizer rule over flat buffers: "sgd", "adam".
struct UpdateSpec {
  std::string type;
  Attributes attributes{};  ///< settings that do not change during training
  /// The rule that this one wraps (lookahead), or that updates the tensors that this one does not
  /// (muon).
  std::vector<UpdateSpec> inner{};
};

/// One parameter within a range, for rules that use its norm or its matrix. In lehr's parameter
/// layouts the matrix is row-major: one row per input (kernel row, kernel column and channel
/// joined), one column per output. This is the transpose of PyTorch's matrix.
struct UpdateTensor {
  std::int64_t offset = 0;   ///< in elements, relative to the start of the range
  std::int64_t rows = 1;     ///< inputs
  std::int64_t columns = 0;  ///< outputs
  /// Number of axes of the parameter: 4 for a convolution's weight, 1 for a bias.
  int rank = 1;

  std::int64_t count() const { return rows * columns; }
};

/// The data of an update: consecutive elements of the parameters, in f32. Elements between tensors
/// are zeros, have zero gradients and stay zero.
struct UpdateRange {
  TensorRef parameters{};
  ConstTensorRef gradients{};
  /// As many buffers as Update::states(), of the same length. Zero before the first step.
  std::span<const TensorRef> states{};
  /// Set only if Update::by_tensor(). In order and without overlaps.
  std::span<const UpdateTensor> tensors{};
};

/// The hyperparameters of one step.
struct UpdateRates {
  std::int64_t step = 1;  ///< 1 at the first step
  float lr = 0;
  float momentum = 0;         ///< beta1 of Adam
  float weight_decay = 0;     ///< L2: weight_decay * value is added to the gradient
  float decoupled_decay = 0;  ///< the value is first multiplied by 1 - lr * decoupled_decay
  float l1 = 0;               ///< l1 * sign(value) is added to the gradient
};

/// An optimizer rule. Rules that compute in host memory derive from HostUpdate.
class Update {
 public:
  virtual ~Update() = default;
  /// The number of state buffers that the rule needs.
  virtual int states() const = 0;
  /// Whether the rule needs whole tensors. It then gets a list of them.
  virtual bool by_tensor() const { return false; }
  virtual void step(const UpdateRange& range, const UpdateRates& rates) = 0;
};

}  // namespace lehr
