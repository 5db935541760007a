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
  Attributes attributes{};          ///< settings that stay the same for the whole training
  std::vector<UpdateSpec> inner{};  ///< the rule that this one wraps (lookahead) or leaves tensors to (muon)
};

/// One parameter within a range, for rules that work with its norm or its matrix. In lehr's layouts of
/// parameters the matrix lies row-major: a row for each input (channel, kernel column and kernel row joined),
/// a column for each output, which is the transpose of PyTorch's.
struct UpdateTensor {
  std::int64_t offset = 0;   ///< elements from the range's first
  std::int64_t rows = 1;     ///< inputs
  std::int64_t columns = 0;  ///< outputs
  int rank = 1;              ///< axes of the parameter itself: 4 for a convolution's weight, 1 for a bias

  std::int64_t count() const { return rows * columns; }
};

/// What an update works on: a run of elements of the parameters, which are f32. Elements between tensors are
/// zeros, have zero gradients and stay zero.
struct UpdateRange {
  TensorRef parameters{};
  ConstTensorRef gradients{};
  /// Update::states() buffers of the same length, zero before the first step.
  std::span<const TensorRef> states{};
  /// If Update::by_tensor(); in order, none overlapping.
  std::span<const UpdateTensor> tensors{};
};

/// The hyperparameters of one step.
struct UpdateRates {
  std::int64_t step = 1;  ///< 1 at the first step
  float lr = 0;
  float momentum = 0;         ///< beta1 of Adam
  float weight_decay = 0;     ///< L2: times the value, added to the gradient
  float decoupled_decay = 0;  ///< the value first shrinks by lr times this
  float l1 = 0;               ///< times the value's sign, added to the gradient
};

/// An optimizer rule. Rules that compute in host memory derive from HostUpdate.
class Update {
 public:
  virtual ~Update() = default;
  /// How many buffers of state the rule keeps.
  virtual int states() const = 0;
  /// Whether the rule treats each tensor as a whole, so that it needs the list of them.
  virtual bool by_tensor() const { return false; }
  virtual void step(const UpdateRange& range, const UpdateRates& rates) = 0;
};

}  // namespace lehr
