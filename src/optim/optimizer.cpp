#include "lehr/optim/optimizer.hpp"

#include <cmath>
#include <string>

#include "lehr/backend/custom_update.hpp"
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

// The tensors that begin within a range, with offsets relative to the range.
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
    : spec_(spec), backend_(&backend), count_(parameters), all_tensors_(tensors) {
  if (count_ < 0) throw BadInput("an optimizer is for 0 or more parameters, found " + std::to_string(count_));
  optim::check_settings(spec_);
  for (const UpdateTensor& tensor : tensors) check_tensor(tensor, count_);
  update_ = backend.update(spec_.update);
  if (update_->by_tensor() && tensors.empty() && count_ > 0) {
    throw BadInput("the optimizer " + spec_.update.type +
                   " treats each tensor as a whole and needs the list of tensors, found none");
  }
  for (int state = 0; state < update_->states(); ++state) states_.emplace_back(backend, count_);
  set_ranges(std::move(ranges));
}

void Optimizer::set_ranges(std::vector<ParameterRange> ranges) {
  check_ranges(ranges, count_);
  std::vector<std::vector<UpdateTensor>> tensors;
  std::vector<std::vector<TensorRef>> states;
  for (const ParameterRange& range : ranges) {
    tensors.push_back(tensors_within(range, all_tensors_));
    std::vector<TensorRef>& parts = states.emplace_back();
    for (const Buffer& state : states_) parts.push_back(state.ref().part(range.offset, range.count));
  }
  ranges_ = std::move(ranges);
  tensors_ = std::move(tensors);
  range_states_ = std::move(states);
}

Rates Optimizer::rates(double lr) const {
  return {lr, spec_.momentum, spec_.weight_decay, spec_.decoupled_decay, spec_.l1};
}

void Optimizer::step(const TensorRef& values, const ConstTensorRef& grads, double lr, double momentum) {
  Rates used = rates(lr);
  used.momentum = momentum;
  step(values, grads, used);
}

void Optimizer::step(const TensorRef& values, const ConstTensorRef& grads, const Rates& rates) {
  optim::require(is_usable(rates.lr), "the learning rate", "finite and not negative", rates.lr);
  optim::require(is_usable(rates.weight_decay), "the weight decay", "finite and not negative",
                 rates.weight_decay);
  optim::require(is_usable(rates.decoupled_decay), "the decoupled weight decay", "finite and not negative",
                 rates.decoupled_decay);
  optim::require(is_usable(rates.l1), "the L1 penalty", "finite and not negative", rates.l1);
  optim::require(static_cast<float>(momentum_of(rates)) < 1, "the momentum", "below 1", rates.momentum);
  if (values.count() != count_ || grads.count() != count_) {
    throw BadInput("an optimizer's step needs values and gradients of " + std::to_string(count_) +
                   " parameters, found " + std::to_string(values.count()) + " and " +
                   std::to_string(grads.count()));
  }
  ++steps_;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const ParameterRange& range = ranges_[i];
    if (range.frozen) continue;
    update_->step({values.part(range.offset, range.count), grads.part(range.offset, range.count),
                   range_states_[i], tensors_[i]},
                  rates_of(range, rates));
  }
}

UpdateRates Optimizer::rates_of(const ParameterRange& range, const Rates& rates) const {
  UpdateRates of_range;
  of_range.step = steps_;
  of_range.lr = static_cast<float>(rates.lr * range.lr_scale);
  of_range.momentum = static_cast<float>(momentum_of(rates));
  if (!range.decay) return of_range;
  const bool decoupled = spec_.decoupled_decay > 0;
  of_range.weight_decay =
      static_cast<float>(decoupled ? rates.weight_decay : range.weight_decay.value_or(rates.weight_decay));
  of_range.decoupled_decay = static_cast<float>(decoupled ? range.weight_decay.value_or(rates.decoupled_decay)
                                                          : rates.decoupled_decay);
  of_range.l1 = static_cast<float>(rates.l1);
  return of_range;
}

std::size_t Optimizer::state_bytes() const {
  return states_.size() * static_cast<std::size_t>(count_) * sizeof(float);
}

std::vector<std::string> Optimizer::state_names() const {
  return update_state_names(spec_.update, update_->states());
}

int optimizer_states(const OptimizerSpec& spec, const Backend& backend) {
  optim::check_settings(spec);
  return backend.update(spec.update)->states();
}

}  // namespace lehr
