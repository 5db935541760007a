#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lehr/backend/buffer.hpp"
#include "lehr/optim/optimizer_spec.hpp"
#include "lehr/optim/rules.hpp"

namespace lehr {

/// A run of consecutive elements of the flat parameter buffer that share settings.
struct ParameterRange {
  std::int64_t offset = 0;
  std::int64_t count = 0;
  bool decay =
      true;  ///< whether the decays apply (by default not for biases and norm parameters, as in fastai)
  double lr_scale = 1;                   ///< times the learning rate
  std::optional<double> weight_decay{};  ///< in place of the step's, of the rule's default kind
  bool frozen = false;                   ///< left as it is, its states too
};

/// The hyperparameters of one step.
struct Rates {
  double lr = 0;
  double momentum = 0;      ///< negative: the spec's own
  double weight_decay = 0;  ///< as in OptimizerSpec, and so are the next two
  double decoupled_decay = 0;
  double l1 = 0;
};

/// Applies a rule to the flat buffers. Holds the rule's states, as long as the parameters.
class Optimizer {
 public:
  /// `tensors`, with offsets into the flat buffer, are needed by the rules that treat each tensor as a whole
  /// (Update::by_tensor: lamb, lars, larc, muon). Throws BadInput for settings out of range, also those of a
  /// range, and for such a rule without tensors; Error where a range or tensor does not lie within the buffer
  /// or a tensor not within one range.
  Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
            const Backend& backend, const std::vector<UpdateTensor>& tensors = {});

  /// The spec's hyperparameters at a learning rate.
  Rates rates(double lr) const;
  /// One step over all ranges that are not frozen. Throws BadInput if a rate is out of range, or values or
  /// gradients are not as many as the parameters.
  void step(const TensorRef& values, const ConstTensorRef& grads, const Rates& rates);
  /// The same with the spec's decays; momentum < 0 means the spec's own.
  void step(const TensorRef& values, const ConstTensorRef& grads, double lr, double momentum = -1);

  /// Other ranges from the next step on, with the same requirements as in the constructor; states stay.
  void set_ranges(std::vector<ParameterRange> ranges);

  const OptimizerSpec& spec() const { return spec_; }
  const Backend& backend() const { return *backend_; }
  std::int64_t steps_done() const { return steps_; }
  /// Bytes of the rule's states.
  std::size_t state_bytes() const;

  /// The rule's states, each as long as the parameters, in the backend's memory: with the number of steps all
  /// that a training needs to go on.
  std::span<const Buffer> states() const { return states_; }
  /// Their names in a checkpoint, in the same order.
  std::vector<std::string> state_names() const;
  void set_steps_done(std::int64_t steps) { steps_ = steps; }

 private:
  double momentum_of(const Rates& rates) const {
    return rates.momentum < 0 ? spec_.momentum : rates.momentum;
  }
  UpdateRates rates_of(const ParameterRange& range, const Rates& rates) const;

  OptimizerSpec spec_;
  const Backend* backend_;
  std::int64_t count_;
  std::vector<ParameterRange> ranges_;
  std::vector<UpdateTensor> all_tensors_;
  std::vector<std::vector<UpdateTensor>> tensors_;  // of each range, offsets from its first element
  std::unique_ptr<Update> update_;
  std::vector<Buffer> states_;
  std::vector<std::vector<TensorRef>> range_states_;  // of each range
  std::int64_t steps_ = 0;
};

/// How many buffers of state, each as long as the parameters, a rule keeps.
int optimizer_states(const OptimizerSpec& spec, const Backend& backend);

}  // namespace lehr
