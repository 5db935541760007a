#include "lehr/optim/optimizer.hpp"

#include <cmath>
#include <string>

#include "lehr/core/error.hpp"
#include "optim/settings.hpp"

namespace lehr {
namespace {

bool is_usable(double value) { return value >= 0 && std::isfinite(value); }

void check_ranges(const std::vector<ParameterRange>& ranges, std::int64_t parameters) {
  for (const ParameterRange& range : ranges) {
    if (range.offset < 0 || range.count < 0 || range.offset > parameters - range.count) {
      throw Error("a parameter range of " + std::to_string(range.count) + " elements from " +
                  std::to_string(range.offset) + " does not lie within " + std::to_string(parameters));
    }
    optim::require(is_usable(range.lr_scale), "the factor of a range's learning rate",
                   "finite and not negative", range.lr_scale);
    const double decay = range.weight_decay.value_or(0);
    optim::require(is_usable(decay), "the weight decay of a range", "finite and not negative", decay);
  }
}

void check_tensor(const UpdateTensor& tensor, std::int64_t parameters) {
  const bool has_shape =
      tensor.rows >= 1 && tensor.columns >= 0 && tensor.columns <= parameters / tensor.rows;
  if (has_shape && tensor.offset >= 0 && tensor.offset <= parameters - tensor.count()) return;
  throw Error("a tensor of " + std::to_string(tensor.rows) + " x " + std::to_string(tensor.columns) +
              " elements from " + std::to_string(tensor.offset) + " does not lie within " +
              std::to_string(parameters));
}

// The tensors that begin within a range, with offsets from its first element.
std::vector<UpdateTensor> tensors_within(const ParameterRange& range,
                                         const std::vector<UpdateTensor>& tensors) {
  std::vector<UpdateTensor> within;
  for (UpdateTensor tensor : tensors) {
    tensor.offset -= range.offset;
    if (tensor.offset < 0 || tensor.offset >= range.count) continue;
    if (tensor.offset + tensor.count() > range.count) {
      throw Error("the tensor of " + std::to_string(tensor.count()) + " elements from " +
                  std::to_string(tensor.offset + range.offset) + " does not lie within one parameter range");
    }
    within.push_back(tensor);
  }
  return within;
}

}  // namespace

Optimizer::Optimizer(const OptimizerSpec& spec, std::int64_t parameters, std::vector<ParameterRange> ranges,
                     const Backend& backend, const std::vector<UpdateTensor>& tensors)
    : spec_(spec), count_(parameters), all_tensors_(tensors) {
  if (count_ < 0) throw BadInput("an optimizer is for 0 or more parameters, found " + std::to_string(count_));
  optim::check_settings(spec_);
  for (const UpdateTensor& tensor : tensors) check_tensor(tensor, count_);
  set_ranges(std::move(ranges));
  update_ = backend.update(spec_.update);
  if (update_->by_tensor() && tensors.empty() && count_ > 0) {
    throw BadInput("the optimizer " + spec_.update.type +
                   " treats each tensor as a whole and needs the list of tensors, found none");
  }
  for (int state = 0; state < update_->states(); ++state) {
    states_.push_back(
        std::static_pointer_cast<float>(backend.allocate(static_cast<std::size_t>(count_) * sizeof(float))));
  }
  range_states_.resize(states_.size());
}

void Optimizer::set_ranges(std::vector<ParameterRange> ranges) {
  check_ranges(ranges, count_);
  std::vector<std::vector<UpdateTensor>> tensors;
  for (const ParameterRange& range : ranges) tensors.push_back(tensors_within(range, all_tensors_));
  ranges_ = std::move(ranges);
  tensors_ = std::move(tensors);
}

Rates Optimizer::rates(double lr) const {
  return {lr, spec_.momentum, spec_.weight_decay, spec_.decoupled_decay, spec_.l1};
}

void Optimizer::step(float* values, const float* grads, double lr, double momentum) {
  Rates used = rates(lr);
  used.momentum = momentum;
  step(values, grads, used);
}

void Optimizer::step(float* values, const float* grads, const Rates& rates) {
  optim::require(is_usable(rates.lr), "the learning rate", "finite and not negative", rates.lr);
  optim::require(is_usable(rates.weight_decay), "the weight decay", "finite and not negative",
                 rates.weight_decay);
  optim::require(is_usable(rates.decoupled_decay), "the decoupled weight decay", "finite and not negative",
                 rates.decoupled_decay);
  optim::require(is_usable(rates.l1), "the L1 penalty", "finite and not negative", rates.l1);
  const auto momentum = static_cast<float>(rates.momentum < 0 ? spec_.momentum : rates.momentum);
  optim::require(momentum < 1, "the momentum", "below 1", rates.momentum);
  if (count_ > 0 && (values == nullptr || grads == nullptr)) {
    throw BadInput("an optimizer's step needs values and gradients, found null");
  }
  ++steps_;
  UpdateArgs args;
  args.parameters = values;
  args.gradients = grads;
  args.step = steps_;
  args.momentum = momentum;
  for (std::size_t range = 0; range < ranges_.size(); ++range) {
    if (!ranges_[range].frozen) step_range(range, args, rates);
  }
}

void Optimizer::step_range(std::size_t index, UpdateArgs args, const Rates& rates) {
  const ParameterRange& range = ranges_[index];
  for (std::size_t i = 0; i < states_.size(); ++i) range_states_[i] = states_[i].get() + range.offset;
  args.parameters += range.offset;
  args.gradients += range.offset;
  args.states = range_states_;
  args.count = range.count;
  args.tensors = tensors_[index];
  args.lr = static_cast<float>(rates.lr * range.lr_scale);
  if (range.decay) {
    const bool decoupled = spec_.decoupled_decay > 0;
    args.weight_decay =
        static_cast<float>(decoupled ? rates.weight_decay : range.weight_decay.value_or(rates.weight_decay));
    args.decoupled_decay = static_cast<float>(decoupled ? range.weight_decay.value_or(rates.decoupled_decay)
                                                        : rates.decoupled_decay);
    args.l1 = static_cast<float>(rates.l1);
  }
  update_->apply(args);
}

std::size_t Optimizer::state_bytes() const {
  return states_.size() * static_cast<std::size_t>(count_) * sizeof(float);
}

std::vector<float*> Optimizer::states() const {
  std::vector<float*> addresses;
  for (const std::shared_ptr<float>& state : states_) addresses.push_back(state.get());
  return addresses;
}

int optimizer_states(const OptimizerSpec& spec, const Backend& backend) {
  optim::check_settings(spec);
  return backend.update(spec.update)->states();
}

}  // namespace lehr
