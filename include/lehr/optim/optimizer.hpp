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
  /// Whether the decays apply. By default they do not apply to biases and norm parameters, as
  /// in fastai.
  bool decay = true;
  double lr_scale = 1;  ///< factor for the learning rate
  /// Replaces the step's weight decay, of the rule's default kind.
  std::optional<double> weight_decay{};
  bool frozen = false;  ///< neither values nor states change
};

/// The hyperparameters of one step.
struct Rates {
  double lr = 0;
  double momentum = 0;      ///< negative: the spec's momentum
  double weight_decay = 0;  ///< this and the next two are as in OptimizerSpec
  double decoupled_decay = 0;
  double l1 = 0;
};

/// Applies a rule to the flat buffers. Owns the rule's states, which are as long as the parameters.
class Optimizer {
 public:
  /// `tensors` have offsets into the flat buffer. Rules that need whole tensors require them
  /// (Update::by_tensor: lamb, lars, larc, muon). Throws BadInput for settings out of range,
  /// including those of a range, and for such a rule without tensors. Throws Error if a range or a
  /// tensor is not within the buffer, or if a tensor is not within one range.
  Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
            const Backend& backend, const std::vector<UpdateTensor>& tensors = {});

  /// The spec's hyperparameters with this learning rate.
  Rates rates(double lr) const;
  /// One step over all ranges that are not frozen. Throws BadInput if a rate is out of range, or if
  /// values or gradients do not have as many elements as the parameters.
  void step(const TensorRef& values, const ConstTensorRef& grads, const Rates& rates);
  /// The same with the spec's decays. momentum < 0 means the spec's momentum.
  void step(const TensorRef& values, const ConstTensorRef& grads, double lr, double momentum = -1);

  /// Replaces the ranges from the next step on. The requirements are those of the constructor.
  /// States are kept.
  void set_ranges(std::vector<ParameterRange> ranges);

  const OptimizerSpec& spec() const { return spec_; }
  const Backend& backend() const { return *backend_; }
  std::int64_t steps_done() const { return steps_; }
  /// The size of the rule's states.
  std::size_t state_bytes() const;

  /// The rule's states, each as long as the parameters, in the backend's memory. Together with the
  /// number of steps they are all that resumed training needs from the optimizer.
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
  std::vector<std::vector<UpdateTensor>> tensors_;  // for each range; offsets from its first element
  std::unique_ptr<Update> update_;
  std::vector<Buffer> states_;
  std::vector<std::vector<TensorRef>> range_states_;  // for each range
  std::int64_t steps_ = 0;
};

/// The number of state buffers of a rule, each as long as the parameters.
int optimizer_states(const OptimizerSpec& spec, const Backend& backend);

}  // namespace lehr
